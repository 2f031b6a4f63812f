namespace Portal.Core.Backends;

/// <summary>
/// The time by which answers of other machines are waited for. It is the real one also where a test lets the portal's own time
/// run a hundred times as fast: a connection does not.
/// </summary>
/// <param name="Provider">The time.</param>
public sealed record NetworkTime(TimeProvider Provider)
{
    /// <summary>Gets the real time.</summary>
    public static NetworkTime Real { get; } = new(TimeProvider.System);

    /// <summary>Gives a token that is cancelled after a while, or with another.</summary>
    internal Limit Within(TimeSpan timeout, CancellationToken cancellationToken) => new(timeout, Provider, cancellationToken);

    /// <summary>A time-out beside the caller's own token.</summary>
    internal sealed class Limit : IDisposable
    {
        private readonly CancellationTokenSource limit;
        private readonly CancellationTokenSource either;

        public Limit(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
        {
            limit = new(timeout, time);
            either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        }

        /// <summary>Gets the token of both.</summary>
        public CancellationToken Token => either.Token;

        /// <summary>Gets whether the time is over.</summary>
        public bool IsOver => limit.IsCancellationRequested;

        public void Dispose()
        {
            either.Dispose();
            limit.Dispose();
        }
    }
}
