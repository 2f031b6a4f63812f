using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Heat;

/// <summary>Heat v1: the stacks of clusters, to read and to delete; stacks of given templates, to make as well.</summary>
internal sealed class HeatService : OpenStackService
{
    private readonly StackEngine engine;
    private readonly StackViews views;
    private readonly Given.GivenStacks given;

    public HeatService(SandboxContext context)
        : base(context, "heat", 26004)
    {
        engine = new StackEngine(Cloud);
        views = new StackViews(Cloud, engine, () => Address);
        given = new Given.GivenStacks(Cloud, engine, () => Address);
        context.Share(engine);
    }

    public override Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        if (saved is not null)
        {
            var shift = TimeSpan.FromSeconds(saved["clock_offset"]?.GetValue<double>() ?? 0) - Context.Clock.Offset;
            foreach (var stack in saved["stacks"].Deserialize<List<Stack>>(SavedJson.Options) ?? [])
            {
                SavedJson.Shift(stack, shift);
                Cloud.Stacks[stack.Id] = stack;
            }

            foreach (var (id, shape) in saved["shapes"].Deserialize<Dictionary<string, ClusterShape>>(SavedJson.Options) ?? [])
            {
                engine.Shapes[id] = shape;
            }
        }

        return Task.CompletedTask;
    }

    public override JsonNode Save()
    {
        lock (Cloud.Gate)
        {
            return new JsonObject
            {
                ["clock_offset"] = Context.Clock.Offset.TotalSeconds,
                ["stacks"] = JsonSerializer.SerializeToNode(Cloud.Stacks.Values, SavedJson.Options),
                ["shapes"] = JsonSerializer.SerializeToNode(engine.Shapes, SavedJson.Options),
            };
        }
    }

    public override void Tick(DateTimeOffset now)
    {
        lock (Cloud.Gate)
        {
            engine.Run(now);
            engine.Forget(now);
        }
    }

    protected override async Task<bool> AnswerOpenAsync(HttpContext http, string[] path)
    {
        if (path is ["v1", _, "stacks", _, var id, "resources", var handle, "signal"] && http.Request.Method == HttpMethods.Post)
        {
            return await SignalAsync(http, id, handle);
        }

        if (path.Length > 0)
        {
            return false;
        }

        var version = new JsonObject { ["id"] = "v1.0", ["status"] = "CURRENT", ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = Address + "/v1/" }) };
        await Reply.JsonAsync(http, StatusCodes.Status300MultipleChoices, new JsonObject { ["versions"] = new JsonArray(version) });
        return true;
    }

    // The token of a stack's own user, which Keystone's other callers do not have.
    private async Task<bool> SignalAsync(HttpContext http, string stackId, string handle)
    {
        var body = await BodyAsync(http);
        bool taken;
        lock (Cloud.Gate)
        {
            taken = given.Signal(stackId, handle, http.Request.Headers["X-Auth-Token"], body);
        }

        if (taken)
        {
            await Reply.EmptyAsync(http, 200);
        }

        return taken;
    }

    private async Task CreateAsync(HttpContext http, TokenInfo token)
    {
        var body = await BodyAsync(http);
        (Stack? Made, int Status, string Type, string Message) answer;
        lock (Cloud.Gate)
        {
            answer = given.Create(body, token);
        }

        if (answer.Made is not { } made)
        {
            var (title, explanation) = answer.Status == 409
                ? ("Conflict", "There was a conflict when trying to complete your request.") : ("Bad Request", "The server could not comply with the request since it is either malformed or otherwise incorrect.");
            await Refuse(http, answer.Status, title, explanation, answer.Type, answer.Message);
            return;
        }

        var links = new JsonArray(new JsonObject { ["href"] = views.Href(made), ["rel"] = "self" });
        await Reply.JsonAsync(http, 201, new JsonObject { ["stack"] = new JsonObject { ["id"] = made.Id, ["links"] = links } });
    }

    protected override Task AnswerAsync(HttpContext http, string[] path, TokenInfo token)
    {
        if (path is not ["v1", var project, .. var rest])
        {
            return Refuse(http, 404, "Not Found", "The resource could not be found.", "HTTPNotFound", "The resource could not be found.");
        }

        if (project != token.ProjectId)
        {
            return Refuse(http, 403, "Forbidden", "Access was denied to this resource.", "HTTPForbidden", "Access was denied to this resource.");
        }

        if (rest is ["stacks"] && http.Request.Method == HttpMethods.Post)
        {
            return CreateAsync(http, token);
        }

        lock (Cloud.Gate)
        {
            return Answer(http, rest, token);
        }
    }

    private Task Answer(HttpContext http, string[] rest, TokenInfo token)
    {
        switch (rest)
        {
            case ["stacks"] or ["stacks", "detail"]:
                return Reply.JsonAsync(http, 200, views.List(http.Request.Query, token));
            case ["stacks", var idOrName]:
                return Find(token, idOrName, null) is { } found ? Redirect(http, found, "") : NotFound(http, idOrName);
            case ["stacks", var name, var id, .. var what]:
                if (Find(token, id, name) is { } stack)
                {
                    return AnswerStack(http, stack, what);
                }

                return what is [] && Find(token, name, null) is { } byName && id is "resources" or "events" or "outputs" or "template"
                    ? Redirect(http, Find(token, name, null)!, "/" + id) : NotFound(http, name);
            case ["build_info"]:
                return Reply.JsonAsync(http, 200, new JsonObject { ["api"] = new JsonObject { ["revision"] = "unknown" }, ["engine"] = new JsonObject { ["revision"] = "unknown" } });
            default:
                return Refuse(http, 404, "Not Found", "The resource could not be found.", "HTTPNotFound", "The resource could not be found.");
        }
    }

    private Task AnswerStack(HttpContext http, Stack stack, string[] what)
    {
        if (http.Request.Method == HttpMethods.Options)
        {
            http.Response.Headers.Allow = "GET,PUT,PATCH,DELETE";
            return Reply.EmptyAsync(http, 204);
        }

        if (http.Request.Method == HttpMethods.Delete && what is [])
        {
            engine.Delete(engine.Root(stack), Cloud.Now);
            return Reply.EmptyAsync(http, 204);
        }

        if (http.Request.Method != HttpMethods.Get)
        {
            return Refuse(http, 405, "Method Not Allowed", "The method is not allowed for this resource.", "HTTPMethodNotAllowed", "Stacks of clusters are changed by Magnum.");
        }

        var body = views.Of(stack, what, http.Request.Query, out var missing);
        return body is not null
            ? Reply.JsonAsync(http, 200, body)
            : Refuse(http, 404, "Not Found", "The resource could not be found.", "EntityNotFound", missing ?? "The resource could not be found.");
    }

    private Stack? Find(TokenInfo token, string idOrName, string? name) => Cloud.Stacks.Values.FirstOrDefault(s =>
        (s.Id == idOrName || (name is null && s.Name == idOrName && s is not { Action: "DELETE", State: "COMPLETE" })) && (name is null || s.Name == name) && (s.ProjectId == token.ProjectId || token.IsAdmin));

    private Task Redirect(HttpContext http, Stack stack, string tail)
    {
        var to = views.Href(stack) + tail + http.Request.QueryString;
        http.Response.Headers.Location = to;
        return Reply.TextAsync(http, 302, "text/html; charset=UTF-8",
            $"<html>\n <head>\n  <title>302 Found</title>\n </head>\n <body>\n  <h1>302 Found</h1>\n  The resource was found at <a href=\"{to}\">{to}</a>;\nyou should be redirected automatically.\n\n\n </body>\n</html>");
    }

    private static Task NotFound(HttpContext http, string name) =>
        Refuse(http, 404, "Not Found", "The resource could not be found.", "EntityNotFound", $"The Stack ({name}) could not be found.");

    private static Task Refuse(HttpContext http, int status, string title, string explanation, string type, string message) => Reply.JsonAsync(http, status, new JsonObject
    {
        ["code"] = status,
        ["title"] = title,
        ["explanation"] = explanation,
        ["error"] = new JsonObject { ["type"] = type, ["traceback"] = null, ["message"] = message },
    });
}
