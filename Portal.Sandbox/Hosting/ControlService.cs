using System.Text.Json.Nodes;
using Portal.Sandbox.Faults;

namespace Portal.Sandbox.Hosting;

/// <summary>The control API: clock, switches, faults, the gate for writes. For tests and people who try things; no backend has it.</summary>
internal sealed class ControlService(SandboxContext context) : ISandboxService
{
    private static readonly System.Text.Json.JsonSerializerOptions Json = new(System.Text.Json.JsonSerializerDefaults.Web);

    public string Name => "control";

    public IReadOnlyList<SandboxEndpoint> Endpoints { get; } = [new("control", 26600)];

    public void Configure(WebApplicationBuilder builder)
    {
    }

    public void Map(WebApplication app)
    {
        // The judge is given the control URL with or without a path; both work.
        foreach (var prefix in new[] { "", "/control" })
        {
            var group = app.MapGroup(prefix);
            group.MapGet("/", () => Results.Json(new { now = context.Clock.Now, addresses = context.Addresses, faults = context.Faults.All, failures = context.Failures.Keys }, Json));
            group.MapPost("/clock/advance", async (JsonObject body, SandboxHost host, CancellationToken stop) =>
            {
                await host.AdvanceAsync(TimeSpan.FromSeconds(body["seconds"]!.GetValue<double>()), stop);
                return Results.Json(new { now = context.Clock.Now }, Json);
            });
            group.MapPost("/save", async (SandboxHost host, CancellationToken stop) =>
            {
                await host.SaveAsync(stop);
                return Results.NoContent();
            });
            group.MapGet("/faults", () => Results.Json(context.Faults.All, Json));
            group.MapPost("/faults", (Fault fault) =>
            {
                context.Faults.Add(fault);
                return Results.Json(new { fault.Id }, Json);
            });
            group.MapDelete("/faults", () => context.Faults.Remove(null));
            group.MapDelete("/faults/{id}", (string id) => context.Faults.Remove(id));
            group.MapPost("/writes", (JsonObject body) => context.Writes.Arm(body["stopAt"]?.GetValue<int>() ?? 0, body["after"]?.GetValue<bool>() ?? false));
            group.MapGet("/writes", () => Results.Json(new { context.Writes.Count, context.Writes.Stopped }, Json));
            group.MapGet("/writes/wait", async (CancellationToken stop) =>
            {
                await context.Writes.WaitAsync(stop);
                return Results.Json(new { context.Writes.Count, context.Writes.Stopped }, Json);
            });
            group.MapPost("/kubernetes/{id}", (string id, JsonObject body, CancellationToken stop) => TreatAsync(id, body, stop));
            group.MapPost("/{name}", (string name, JsonObject body) =>
            {
                context.Switch(name, body["on"]?.GetValue<bool>() ?? true);
                return Results.Json(new { name, on = context.IsOn(name) }, Json);
            });
        }
    }

    /// <summary>Does to a cluster's API server what happens to real ones.</summary>
    private async Task<IResult> TreatAsync(string id, JsonObject body, CancellationToken stop)
    {
        var fleet = context.Get<World.IKubernetesFleet>();
        var node = body["node"]?.GetValue<string>() ?? string.Empty;
        switch (body["do"]?.GetValue<string>())
        {
            case "halt":
                await fleet.HaltAsync(id);
                break;
            case "resume":
                await fleet.ResumeAsync(id, stop);
                break;
            case "compact":
                fleet.Compact(id);
                break;
            case "silence" or "wake":
                fleet.Silence(id, node, body["do"]!.GetValue<string>() == "silence");
                break;
            default:
                return Results.BadRequest("do: halt, resume, compact, silence or wake");
        }

        return Results.NoContent();
    }

    public Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken) => Task.CompletedTask;

    public JsonNode? Save() => null;

    public void Tick(DateTimeOffset now)
    {
    }

    public Task StopAsync() => Task.CompletedTask;
}
