using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Portal.Tests.Provisioning;

/// <summary>
/// The portal's own process is killed at its n-th outgoing write of a whole initialisation, before the write is sent on
/// or after the server has applied it but before the answer; started again, the plan goes on and the end is the same.
/// CI takes a sample of the writes; PORTAL_KILL_ALL=1 takes every one, PORTAL_KILL_ALL=13-24 these.
/// </summary>
[Trait("lane", "real")]
public sealed class KillByWriteTests(ITestOutputHelper output)
{
    private const int Sample = 8;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Portal_KilledAtAWrite_GoesOnAndEndsAsAnUninterruptedRun(bool afterApplied)
    {
        var clock = Stopwatch.StartNew();
        var (writes, _, wanted) = await KillRig.RunAsync(0, afterApplied);
        Say($"{writes} writes, {wanted.Count} objects, {clock.Elapsed.TotalSeconds:0} s uninterrupted");
        Assert.True(writes > 20, $"An initialisation made {writes} writes only.");
        Assert.Equal(wanted.Count, wanted.Distinct().Count());
        var failures = new List<string>();
        foreach (var n in Sampled(writes, afterApplied))
        {
            clock.Restart();
            var difference = await DifferenceAsync(n, afterApplied, wanted);
            Say($"write {n} of {writes}, {(afterApplied ? "after" : "before")} it was applied, {clock.Elapsed.TotalSeconds:0} s: {difference ?? "the same"}");
            failures.AddRange(difference is null ? [] : [$"write {n}: {difference}"]);
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    // Evenly over the run; the two ways take different writes.
    private static IEnumerable<int> Sampled(int writes, bool afterApplied)
    {
        var wish = Environment.GetEnvironmentVariable("PORTAL_KILL_ALL") ?? "";
        var ends = wish.Split('-').Select(n => int.TryParse(n, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return ends switch
        {
            [1] => Enumerable.Range(1, writes),
            [> 0, > 0] => Enumerable.Range(1, writes).Where(n => ends[0] <= n && n <= ends[1]),
            _ => Enumerable.Range(0, Sample).Select(i => 1 + (((2 * i) + (afterApplied ? 1 : 0)) * (writes - 1) / ((2 * Sample) - 1))).Distinct(),
        };
    }

    private static async Task<string?> DifferenceAsync(int n, bool afterApplied, IReadOnlyList<string> wanted)
    {
        try
        {
            var run = await KillRig.RunAsync(n, afterApplied);
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
