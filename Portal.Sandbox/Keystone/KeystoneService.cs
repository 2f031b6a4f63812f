using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Keystone;

/// <summary>Keystone v3 behind Apache with mod_auth_openidc: JWTs on the main endpoint, introspection on the second.</summary>
internal sealed class KeystoneService : ISandboxService, IDisposable
{
    private readonly SandboxContext context;
    private readonly KeystoneState state = new();
    private readonly TokenDesk desk;
    private readonly RoleGraph graph;
    private readonly HttpClient provider = new();

    public KeystoneService(SandboxContext context)
    {
        this.context = context;
        graph = new RoleGraph(state, context.Clock);
        desk = new TokenDesk(state, graph, context.Clock);
        context.Share<ITokenAuthority>(desk);
    }

    public string Name => "keystone";

    public IReadOnlyList<SandboxEndpoint> Endpoints { get; } = [new("keystone", 26000), new("introspection", 26001)];

    public void Configure(WebApplicationBuilder builder)
    {
    }

    public void Map(WebApplication app)
    {
        var router = new KeystoneRouter(app, state, desk, () => context.Address("keystone"));
        var document = new TokenDocument(state);
        var auth = new AuthRoutes(state, graph, desk, document, context.Clock);
        var federation = new FederationRoutes(state, desk, auth, context);
        Versions(router);
        auth.Map(router);
        federation.Map(app, router);
        new WebSso(state, federation, context, provider).Map(app, router);
        new CredentialRoutes(state, document, context.Clock).Map(router);
        new ResourceRoutes(state).Map(router);
        new AssignmentRoutes(state, graph, document).Map(router);
        new FederationAdminRoutes(state).Map(router);
        router.Otherwise();
    }

    public Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        lock (state.Gate)
        {
            if (saved is JsonObject kept)
            {
                state.Load(kept);
            }
            else
            {
                new KeystoneSeed(state, context, context.Declarations.Object("keystone") ?? []).Run();
            }
        }

        return Task.CompletedTask;
    }

    public JsonNode? Save()
    {
        lock (state.Gate)
        {
            return state.Save();
        }
    }

    public void Tick(DateTimeOffset now)
    {
        lock (state.Gate)
        {
            // Kept for an hour after their end, so that an old token is told from garbage.
            desk.Forget(now.AddHours(-1));
        }
    }

    public Task StopAsync()
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => provider.Dispose();

    private void Versions(KeystoneRouter router)
    {
        router.Map("GET", "/", call => new KeystoneAnswer(300, new JsonObject { ["versions"] = new JsonObject { ["values"] = new JsonArray(Version(call)) } }) { Location = call.Address + "/v3/" }, anonymous: true);
        router.Map("GET", "/v3", call => KeystoneAnswer.Ok(new JsonObject { ["version"] = Version(call) }), anonymous: true);
    }

    private JsonObject Version(KeystoneCall call) => new()
    {
        ["id"] = state.Settings.ApiVersion,
        ["status"] = "stable",
        ["updated"] = "2020-04-07T00:00:00Z",
        ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = call.Address + "/v3/" }),
        ["media-types"] = new JsonArray(new JsonObject { ["base"] = "application/json", ["type"] = "application/vnd.openstack.identity-v3+json" }),
    };
}
