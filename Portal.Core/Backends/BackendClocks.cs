using System.Collections.Concurrent;

namespace Portal.Core.Backends;

/// <summary>How far the backends' clocks are from ours, measured from the <c>Date</c> of their answers (whole seconds).</summary>
public sealed class BackendClocks
{
    private readonly ConcurrentDictionary<string, TimeSpan> skews = new(StringComparer.Ordinal);

    /// <summary>Gets the last measure by backend; positive when the backend's clock is ahead.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Skews => skews;

    /// <summary>Gets a backend's skew, or zero when it was never measured.</summary>
    public TimeSpan Of(string backend) => skews.GetValueOrDefault(backend);

    internal void Measure(string backend, DateTimeOffset? date, DateTimeOffset sent, DateTimeOffset received)
    {
        // A second of resolution, and the answer was made somewhere between sending and receiving: slow answers say nothing.
        if (date is { } said && received - sent < TimeSpan.FromSeconds(5))
        {
            skews[backend] = said.AddMilliseconds(500) - (sent + ((received - sent) / 2));
        }
    }
}
