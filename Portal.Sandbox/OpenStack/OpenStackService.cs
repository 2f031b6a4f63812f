using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;

namespace Portal.Sandbox.OpenStack;

/// <summary>A service behind Keystone: request ids, the auth middleware, and one method for the rest.</summary>
internal abstract class OpenStackService(SandboxContext context, string name, int port) : ISandboxService
{
    public string Name { get; } = name;

    public IReadOnlyList<SandboxEndpoint> Endpoints { get; } = [new(name, port)];

    protected SandboxContext Context { get; } = context;

    protected Cloud Cloud { get; } = Cloud.Of(context);

    protected string Address => Context.Address(Name);

    public virtual void Configure(WebApplicationBuilder builder)
    {
    }

    public void Map(WebApplication app) => app.Run(EnterAsync);

    public abstract Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken);

    public abstract JsonNode? Save();

    public virtual void Tick(DateTimeOffset now)
    {
    }

    public virtual Task StopAsync() => Task.CompletedTask;

    /// <summary>Answers what needs no token (version documents); false when it needs one.</summary>
    protected virtual Task<bool> AnswerOpenAsync(HttpContext http, string[] path) => Task.FromResult(false);

    /// <summary>Answers a request of a caller whom Keystone knows.</summary>
    protected abstract Task AnswerAsync(HttpContext http, string[] path, TokenInfo token);

    protected virtual Task RefuseAsync(HttpContext http) => KeystoneMiddleware.RefuseAsync(http, Context);

    /// <summary>Reads a JSON body; null when it is none.</summary>
    protected static async Task<JsonNode?> BodyAsync(HttpContext http)
    {
        try
        {
            return await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private async Task EnterAsync(HttpContext http)
    {
        http.Response.Headers["x-openstack-request-id"] = Ids.Request();
        var path = (http.Request.Path.Value ?? "/").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (await AnswerOpenAsync(http, path))
        {
            return;
        }

        if (KeystoneMiddleware.Authenticate(http, Context) is { } token)
        {
            await AnswerAsync(http, path, token);
        }
        else
        {
            await RefuseAsync(http);
        }
    }
}
