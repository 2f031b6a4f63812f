using System.Globalization;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Lifecycle;

/// <summary>
/// Whether a change that Magnum has taken (202) is over. Right after the 202 the old terminal status is still shown, for
/// up to 15 s, so a terminal status means something only after an IN_PROGRESS was seen, or once that time is over.
/// </summary>
internal sealed class Movement
{
    private const string SentAt = "sent-at";
    private const string SeenMoving = "seen-moving";
    private const string StatusBefore = "status-before";
    private readonly StepContext context;
    private readonly TimeProvider time;

    public Movement(StepContext context, TimeProvider time)
    {
        this.context = context;
        this.time = time;
        Sent = DateTimeOffset.TryParse(context.Output(context.Step.Id, SentAt), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at) ? at : null;
        HasMoved = context.Output(context.Step.Id, SeenMoving) == "yes";
    }

    /// <summary>Gets when the change was sent, or null while it was not.</summary>
    public DateTimeOffset? Sent { get; private set; }

    /// <summary>Gets whether an IN_PROGRESS was seen since.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>Gets how long ago it was sent.</summary>
    public TimeSpan Age => Sent is { } at ? time.GetUtcNow() - at : TimeSpan.Zero;

    /// <summary>Gets whether a terminal status may be believed.</summary>
    public bool IsSettled(TimeSpan settle) => HasMoved || Age >= settle;

    /// <summary>Keeps that the change is being sent; before the call, so that a crash in it is seen as sent.</summary>
    public async Task SendingAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        Sent = time.GetUtcNow();
        HasMoved = false;
        await context.KeepAsync(SeenMoving, "", cancellationToken).ConfigureAwait(false);
        await context.KeepAsync(StatusBefore, Told(cluster), cancellationToken).ConfigureAwait(false);
        await context.KeepAsync(SentAt, Sent.Value.ToString("O", CultureInfo.InvariantCulture), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps that Magnum was seen at work.</summary>
    public async Task SawMovingAsync(CancellationToken cancellationToken)
    {
        if (!HasMoved)
        {
            HasMoved = true;
            await context.KeepAsync(SeenMoving, "yes", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Gets whether the status, or the reason of a failure, is another than when the change was sent: then Magnum has moved, although no
    /// look fell into its IN_PROGRESS. A change that the quota refuses fails within seconds.
    /// </summary>
    public bool IsOtherThanBefore(Cluster cluster) =>
        context.Output(context.Step.Id, StatusBefore) is { Length: > 0 } before && before != Told(cluster);

    /// <summary>Forgets that it was sent, so that the next attempt sends it again.</summary>
    public Task ForgetAsync(CancellationToken cancellationToken) => context.KeepAsync(SentAt, "", cancellationToken);

    private static string Told(Cluster cluster) => cluster.Status.IsFailed() ? $"{cluster.StatusText} {cluster.StatusReason}" : cluster.StatusText;
}
