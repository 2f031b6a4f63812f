using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Portal.Tests.Provisioning;

/// <summary>
/// The portal's own process is killed at its n-th outgoing write of a whole initialisation, of an add-on's upgrade or removal, of a rotation of certificates, or of a cluster's deletion, before the write is sent on
/// or after the server has applied it but before the answer; started again, the plan goes on and the end is the same.
/// CI takes a sample of the writes; PORTAL_KILL_ALL=1 takes every one, 2 every second (the two ways
/// different ones), 13-24 these.
/// </summary>
[Trait("lane", "real")]
public sealed class KillByWriteTests(ITestOutputHelper output)
{
    private const int Sample = 8;
    private const int SmallSample = 1;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Portal_KilledAtAWrite_GoesOnAndEndsAsAnUninterruptedRun(bool afterApplied)
    {
        var (writes, _, wanted) = await UninterruptedAsync(KillScenario.Initialisation, 20);
        await KillAsync(KillScenario.Initialisation, afterApplied, writes, wanted, Sample);
    }

    /// <summary>The same over an add-on's upgrade and removal, a rotation of certificates, and the deletion of the cluster.</summary>
    [Theory]
    [InlineData(KillScenario.Upgrade, 3)]
    [InlineData(KillScenario.Removal, 3)]
    [InlineData(KillScenario.Rotation, 3)]
    [InlineData(KillScenario.Deletion, 1)]
    public async Task Portal_KilledAtAWriteOfAChange_GoesOnAndEndsAsAnUninterruptedRun(KillScenario scenario, int atLeast)
    {
        var (writes, _, wanted) = await UninterruptedAsync(scenario, atLeast);
        await KillAsync(scenario, afterApplied: false, writes, wanted, SmallSample);
        await KillAsync(scenario, afterApplied: true, writes, wanted, SmallSample);
    }

    /// <summary>
    /// The same at every single write, one after the other in one initialisation: each start of the portal ends at the next write
    /// that none of them has ended at. About as many starts as writes, so by hand: PORTAL_KILL_RELAY=before or after.
    /// </summary>
    [RelayFact]
    public async Task Portal_KilledAtEveryWriteOfOneInitialisation_GoesOnAndEndsAsAnUninterruptedRun()
    {
        var afterApplied = RelayFactAttribute.Way is "after";
        var (_, _, wanted) = await UninterruptedAsync(KillScenario.Initialisation, 20);
        var clock = Stopwatch.StartNew();
        var count = 0;
        var (killedAt, found) = await KillRig.RelayAsync(afterApplied, write => Say($"{++count}: {write}"));
        Say($"killed {killedAt.Count} times {RelayFactAttribute.Way} it was applied, {clock.Elapsed.TotalSeconds:0} s: {(wanted.SequenceEqual(found) ? "the same" : "not the same")}");
        Assert.True(wanted.SequenceEqual(found), string.Join("\n", Differences(wanted, found)));
        Assert.True(killedAt.Count >= 100, $"Killed at {killedAt.Count} writes only.");
    }

    private async Task<KillRun> UninterruptedAsync(KillScenario scenario, int atLeast)
    {
        var clock = Stopwatch.StartNew();
        var run = await KillRig.RunAsync(0, false, scenario);
        Say($"{scenario}: {run.Writes} writes, {run.Objects.Count} objects, {clock.Elapsed.TotalSeconds:0} s uninterrupted");
        Assert.True(run.Writes >= atLeast, $"{scenario} made {run.Writes} writes only.");
        Assert.Equal(run.Objects.Count, run.Objects.Distinct().Count());
        return run;
    }

    private async Task KillAsync(KillScenario scenario, bool afterApplied, int writes, IReadOnlyList<string> wanted, int sample)
    {
        var failures = new List<string>();
        foreach (var n in Sampled(writes, afterApplied, sample))
        {
            var clock = Stopwatch.StartNew();
            var difference = await DifferenceAsync(n, afterApplied, wanted, scenario);
            Say($"{scenario}: write {n} of {writes}, {(afterApplied ? "after" : "before")} it was applied, {clock.Elapsed.TotalSeconds:0} s: {difference ?? "the same"}");
            failures.AddRange(difference is null ? [] : [$"write {n}: {difference}"]);
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    // Evenly over the run; the two ways take different writes.
    private static IEnumerable<int> Sampled(int writes, bool afterApplied, int sample)
    {
        var wish = Environment.GetEnvironmentVariable("PORTAL_KILL_ALL") ?? "";
        var ends = wish.Split('-').Select(n => int.TryParse(n, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return ends switch
        {
            [> 0 and var step] => Enumerable.Range(1, writes).Where(n => n % step == (afterApplied ? step / 2 : 0)),
            [> 0, > 0] => Enumerable.Range(1, writes).Where(n => ends[0] <= n && n <= ends[1]),
            _ when sample == 1 => [1 + ((writes - 1) * (afterApplied ? 2 : 1) / 3)],
            _ => Enumerable.Range(0, sample).Select(i => 1 + (((2 * i) + (afterApplied ? 1 : 0)) * (writes - 1) / ((2 * sample) - 1))).Distinct(),
        };
    }

    private static async Task<string?> DifferenceAsync(int n, bool afterApplied, IReadOnlyList<string> wanted, KillScenario scenario)
    {
        try
        {
            var run = await KillRig.RunAsync(n, afterApplied, scenario);
            return wanted.SequenceEqual(run.Objects) ? null : $"{run.KilledAt}\n" + string.Join("\n", Differences(wanted, run.Objects));
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or OperationCanceledException)
        {
            return e.Message;
        }
    }

    private static IEnumerable<string> Differences(IReadOnlyList<string> wanted, IReadOnlyList<string> found)
    {
        var (missing, extra) = (wanted.Except(found).ToList(), found.Except(wanted).ToList());
        foreach (var thing in missing)
        {
            // The same thing with another content: where they part.
            var name = string.Join(' ', thing.Split(' ').Take(2));
            var other = extra.Find(e => e.StartsWith(name + " ", StringComparison.Ordinal)) ?? "";
            var same = thing.Zip(other).TakeWhile(p => p.First == p.Second).Count();
            yield return $"{name}: wanted {thing[Math.Max(0, same - 60)..Math.Min(thing.Length, same + 60)]} found {other[Math.Max(0, Math.Min(other.Length, same) - 60)..Math.Min(other.Length, same + 60)]}";
            extra.Remove(other);
        }

        foreach (var line in extra.Select(e => "extra " + e).Concat(found.GroupBy(o => o).Where(g => g.Count() > 1).Select(g => "twice " + g.Key)))
        {
            yield return line;
        }
    }

    // A long run is followed in a file.
    private void Say(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("PORTAL_KILL_LOG") is { Length: > 0 } file)
        {
            File.AppendAllText(file, string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss} {line}\n"));
        }
    }
}

/// <summary>Runs only when PORTAL_KILL_RELAY says which way.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RelayFactAttribute : FactAttribute
{
    public RelayFactAttribute() => Skip = Way is "before" or "after" ? null : "by hand: PORTAL_KILL_RELAY=before or after";

    public static string Way => Environment.GetEnvironmentVariable("PORTAL_KILL_RELAY") ?? "";
}
