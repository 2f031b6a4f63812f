using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Replay;

/// <summary>The judge's scenarios, each on a fresh sandbox seeded with the scenario's world, with recorded and with changed names.</summary>
[Trait("lane", "judge")]
public abstract class ReplayTests
{
    /// <summary>Its first random names are in the order of the alphabet, as the recorded ones are: some lists are judged by position.</summary>
    private const int Seed = 3;

    private protected static async Task PassesAsync(string name)
    {
        Skip.If(RepositoryPaths.Shared is null || name.Length == 0, "Nothing to play, or the shared material is not here.");
        foreach (var seed in new int?[] { null, Seed })
        {
            var (passed, said) = await PlayAsync(name, seed);
            Assert.True(passed, $"{(seed is null ? "as recorded" : "renamed")}:\n{said}");
        }
    }

    /// <summary>So that the list of what is left can only shrink.</summary>
    private protected static async Task StillFailsAsync(string name)
    {
        Skip.If(RepositoryPaths.Shared is null || name.Length == 0, "Nothing is left, or the shared material is not here.");
        var passes = (await PlayAsync(name, null)).Passed && (await PlayAsync(name, Seed)).Passed;
        Assert.False(passes, $"{name} passes now: take it out of Portal.Tests/Replay/exclusions.json.");
    }

    private static async Task<(bool Passed, string Said)> PlayAsync(string name, int? seed)
    {
        var scenario = Judge.FileOf(name);
        var world = await Judge.WriteWorldAsync(scenario);
        try
        {
            await using var host = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, World = world }, CancellationToken.None);
            return await Judge.PlayAsync(scenario, host.Context.Addresses, seed);
        }
        finally
        {
            File.Delete(world);
        }
    }
}

public sealed class KeystoneReplayTests : ReplayTests
{
    [SkippableTheory]
    [Scenarios("keystone")]
    public Task Scenario_AsRecordedAndRenamed_Passes(string name) => PassesAsync(name);

    [SkippableTheory]
    [Scenarios("keystone", Left = true)]
    public Task Scenario_ListedAsLeft_StillFails(string name) => StillFailsAsync(name);
}

public sealed class MagnumReplayTests : ReplayTests
{
    [SkippableTheory]
    [Scenarios("magnum")]
    [Scenarios("heat")]
    public Task Scenario_AsRecordedAndRenamed_Passes(string name) => PassesAsync(name);

    [SkippableTheory]
    [Scenarios("magnum", Left = true)]
    [Scenarios("heat", Left = true)]
    public Task Scenario_ListedAsLeft_StillFails(string name) => StillFailsAsync(name);
}

public sealed class KubernetesReplayTests : ReplayTests
{
    [SkippableTheory]
    [Scenarios("kubernetes")]
    public Task Scenario_AsRecordedAndRenamed_Passes(string name) => PassesAsync(name);

    [SkippableTheory]
    [Scenarios("kubernetes", Left = true)]
    public Task Scenario_ListedAsLeft_StillFails(string name) => StillFailsAsync(name);
}

public sealed class HarborReplayTests : ReplayTests
{
    [SkippableTheory]
    [Scenarios("harbor")]
    public Task Scenario_AsRecordedAndRenamed_Passes(string name) => PassesAsync(name);

    [SkippableTheory]
    [Scenarios("harbor", Left = true)]
    public Task Scenario_ListedAsLeft_StillFails(string name) => StillFailsAsync(name);
}

public sealed class ExclusionTests
{
    [SkippableFact]
    public void Exclusions_AllName_AScenarioAndAReason()
    {
        Skip.If(RepositoryPaths.Shared is null, "The shared material is not beside this checkout.");
        Assert.All(Judge.Exclusions(), e =>
        {
            Assert.Contains(Judge.Scenarios, s => Judge.NameOf(s) == e.Key);
            Assert.NotEmpty(e.Value);
        });
    }
}
