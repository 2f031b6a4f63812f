using System.Diagnostics;

namespace Portal.Tests.Support;

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(Func<bool> condition, string what, Action? between = null) => TrueAsync(() => Task.FromResult(condition()), what, between);

    /// <summary>Waits; says at the end what was seen instead.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> seen)
    {
        for (var clock = Stopwatch.StartNew(); !await condition();)
        {
            Assert.True(clock.Elapsed < Usual, clock.Elapsed < Usual ? null : $"Not within {Usual.TotalSeconds:0} s: {seen()}");
            await Task.Delay(20);
        }
    }

    /// <summary>Waits; what may take longer than usual is looked at less often.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, Action? between = null, TimeSpan? within = null)
    {
        var limit = within ?? Usual;
        for (var clock = Stopwatch.StartNew(); !await condition();)
        {
            Assert.True(clock.Elapsed < limit, $"Not within {limit.TotalSeconds:0} s: {what}");
            between?.Invoke();
            await Task.Delay(limit > Usual ? 500 : 2);
        }
    }
}
