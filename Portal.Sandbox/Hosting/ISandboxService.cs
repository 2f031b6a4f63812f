namespace Portal.Sandbox.Hosting;

/// <summary>One simulated backend: a web application of its own, on ports of its own, over the shared <see cref="SandboxContext"/>.</summary>
public interface ISandboxService
{
    /// <summary>Gets the name: key of <c>Sandbox:Ports</c>, of the faults and of the saved state.</summary>
    string Name { get; }

    /// <summary>Gets the listening endpoints, first the main one, with their fixed ports (loopback, plain HTTP).</summary>
    IReadOnlyList<SandboxEndpoint> Endpoints { get; }

    /// <summary>Adds what the application needs in its own container.</summary>
    void Configure(WebApplicationBuilder builder);

    /// <summary>Maps the routes. Addresses are not known yet.</summary>
    void Map(WebApplication app);

    /// <summary>
    /// Fills the state once all addresses are known: from <paramref name="saved"/> when the world was kept,
    /// else from the declarations in <see cref="SandboxContext.Declarations"/>, else with the demo.
    /// </summary>
    Task SeedAsync(System.Text.Json.Nodes.JsonNode? saved, CancellationToken cancellationToken);

    /// <summary>Gives the state to keep, or null when nothing has to be.</summary>
    System.Text.Json.Nodes.JsonNode? Save();

    /// <summary>Lets simulated time pass up to <paramref name="now"/>; called about every 100 ms, and in small steps when the clock is advanced.</summary>
    void Tick(DateTimeOffset now);

    /// <summary>Ends what runs (listeners of clusters, open watches).</summary>
    Task StopAsync();
}

/// <summary>A listening address of a service: its name in <c>targets.sandbox.json</c> and its fixed port.</summary>
/// <param name="Name">Name, unique in the sandbox.</param>
/// <param name="Port">Fixed port on loopback, unless configured otherwise.</param>
public sealed record SandboxEndpoint(string Name, int Port);
