using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Tests.Replay;
using Portal.Tests.Support;

namespace Portal.Tests.Lab;

/// <summary>A domain of the judge's own on the lab: its scenarios begin with nothing.</summary>
public sealed class ReplayDomain : IAsyncLifetime
{
    internal string Name { get; } = "replay-" + Guid.NewGuid().ToString("N")[..6];

    /// <inheritdoc />
    public Task InitializeAsync() => RepositoryPaths.Shared is null ? Task.CompletedTask : Judge.LabDomainAsync(Name, there: true);

    /// <inheritdoc />
    public Task DisposeAsync() => RepositoryPaths.Shared is null ? Task.CompletedTask : Judge.LabDomainAsync(Name, there: false);
}

/// <summary>The judge on the real servers: what was recorded is what they still answer. What differs is listed with its reason in <c>lab-differences.json</c>.</summary>
[Trait("lane", "real")]
public abstract class LabReplayTests
{
    private sealed record Difference(string Scenario, string Step, string? Detail, string Reason);

    private protected static async Task PassesAsync(string name, string? domain)
    {
        Skip.If(RepositoryPaths.Shared is null, "The shared material is not here.");
        var environment = new Dictionary<string, string> { ["LAB_STATE"] = RunningLab.StateFolder };
        if (domain is not null)
        {
            environment["REPLAY_DOMAIN"] = domain;
        }

        var (report, said) = await Judge.PlayOnLabAsync(Judge.FileOf(name), environment);

        var known = await KnownAsync(name);
        var unexplained = report["steps"]!.AsArray().Where(s => (string)s!["result"]! == "failed" && !known.Any(d => Explains(d, s!))).Select(s => $"{s!["step"]}: {s["details"]}").ToList();
        Assert.True(unexplained.Count == 0, $"{string.Join('\n', unexplained)}\n\n{said}");
    }

    private static async Task<IReadOnlyList<Difference>> KnownAsync(string name)
    {
        await using var file = File.OpenRead(Path.Combine(Judge.Folder, "lab-differences.json"));
        var all = await JsonSerializer.DeserializeAsync<Difference[]>(file, JsonSerializerOptions.Web);
        return [.. all!.Where(d => d.Scenario == name && d.Reason.Length > 0)];
    }

    private static bool Explains(Difference known, JsonNode step) =>
        (string)step["step"]! == known.Step && (known.Detail is null || step["details"]!.AsArray().All(d => ((string)d!).Contains(known.Detail, StringComparison.Ordinal)));
}

/// <summary>Keystone, with the projects that the recordings have and no others.</summary>
[Collection(LabLane.Name)]
public sealed class LabKeystoneReplayTests : LabReplayTests
{
    [SkippableTheory]
    [Scenarios("keystone")]
    public Task Scenario_OnTheRealServers_Passes(string name) => PassesAsync(name, null);
}

/// <summary>Magnum and Heat, in projects of the judge's own.</summary>
[Collection(LabLane.Name)]
public sealed class LabMagnumReplayTests(ReplayDomain domain) : LabReplayTests, IClassFixture<ReplayDomain>
{
    [SkippableTheory]
    [Scenarios("magnum")]
    [Scenarios("heat")]
    public Task Scenario_OnTheRealServers_Passes(string name) => PassesAsync(name, domain.Name);
}
