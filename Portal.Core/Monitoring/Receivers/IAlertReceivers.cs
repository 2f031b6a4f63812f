using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters;

namespace Portal.Core.Monitoring.Receivers;

/// <summary>By what way people are told.</summary>
public enum ReceiverKind
{
    /// <summary>E-mail by SMTP.</summary>
    Email,

    /// <summary>Alertmanager's own message (version 4) by HTTP POST.</summary>
    Webhook,

    /// <summary>A chat's incoming webhook that understands Slack's messages.</summary>
    Slack,
}

/// <summary>Somebody who is told what fires in a cluster. Secrets are no part of it: they are written and never read back.</summary>
public record AlertReceiver
{
    /// <summary>Gets the words that a receiver may be asked for.</summary>
    public static IReadOnlyList<string> AllSeverities { get; } = ["critical", "warning", "info"];

    /// <summary>Gets the name: small letters, digits and hyphens, one of a cluster.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the way.</summary>
    public required ReceiverKind Kind { get; init; }

    /// <summary>Gets which of <see cref="AllSeverities"/> are told; every other word of a rule counts as <c>info</c>.</summary>
    public ImmutableArray<string> Severities { get; init; } = ["critical", "warning"];

    /// <summary>Gets whether the end of an alert is told too.</summary>
    public bool SendResolved { get; init; } = true;

    /// <summary>Gets the addresses of an e-mail, separated by commas.</summary>
    public string To { get; init; } = "";

    /// <summary>Gets the sender of an e-mail.</summary>
    public string From { get; init; } = "";

    /// <summary>Gets the mail server, <c>host:port</c>.</summary>
    public string Smarthost { get; init; } = "";

    /// <summary>Gets the user at the mail server, or nothing.</summary>
    public string User { get; init; } = "";

    /// <summary>Gets whether the mail server must speak TLS.</summary>
    public bool RequireTls { get; init; } = true;

    /// <summary>Gets the chat's channel, or nothing for the one that its address stands for.</summary>
    public string Channel { get; init; } = "";

    /// <summary>Gets scheme and host of a webhook's or chat's address; the rest of it may be a secret.</summary>
    public string Host { get; init; } = "";

    /// <summary>Gets whether it has a password (e-mail) or a bearer token (webhook).</summary>
    public bool HasSecret { get; init; }

    /// <summary>Gets where its messages go, in a word for people: addresses, or the host.</summary>
    public string Target => Kind is ReceiverKind.Email ? To : Host;
}

/// <summary>A receiver as somebody wants it, with what must not be seen again.</summary>
public sealed record ReceiverDraft : AlertReceiver
{
    /// <summary>Gets whether one of this name must not be there yet.</summary>
    public bool IsNew { get; init; }

    /// <summary>Gets the address of a webhook or chat; empty keeps the one that is there.</summary>
    public string Url { get; init; } = "";

    /// <summary>Gets the password or the bearer token; empty keeps the one that is there.</summary>
    public string Secret { get; init; } = "";

    /// <summary>Gets whether the password or token that is there goes.</summary>
    public bool WithoutSecret { get; init; }

    /// <summary>Hides address and secret.</summary>
    public override string ToString() => $"{Kind} {Name}";
}

/// <summary>The receivers of one cluster.</summary>
/// <param name="ClusterId">Magnum uuid.</param>
/// <param name="IsThere">Whether the cluster has an Alertmanager of the platform.</param>
/// <param name="CanTake">Whether that Alertmanager looks where the portal writes; one that was installed by an older portal does not.</param>
/// <param name="Receivers">By name.</param>
/// <param name="Failure">Why they could not be read, or null.</param>
public sealed record ClusterReceivers(string ClusterId, bool IsThere, bool CanTake, ImmutableArray<AlertReceiver> Receivers, BackendException? Failure = null) : IOfCluster;

/// <summary>Whether an Alertmanager has what was written.</summary>
/// <param name="IsLoaded">Whether it has.</param>
/// <param name="WhyNot">Alertmanager's words when it refuses; what was there before is then written again. Null while it only takes time.</param>
public sealed record ReceiverLoading(bool IsLoaded, string? WhyNot);

/// <summary>What became of a test message, as far as Alertmanager tells.</summary>
public enum TrialOutcome
{
    /// <summary>Alertmanager sent it, and the other side took it.</summary>
    Delivered,

    /// <summary>Alertmanager tried, and it did not succeed.</summary>
    Failed,

    /// <summary>Alertmanager keeps it quiet: a silence matches it.</summary>
    Silenced,

    /// <summary>Alertmanager did not try within the time that was waited.</summary>
    NotTried,
}

/// <summary>A test of a receiver.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why it failed: <c>dns</c>, <c>refused</c>, <c>timeout</c>, <c>tls</c>, <c>login</c>, <c>status</c>, or <c>unknown</c>; null when it did not.</param>
/// <param name="Status">HTTP status of the other side where that is the reason.</param>
/// <param name="IsCertain">Whether Alertmanager counts each receiver by itself; else another receiver of the kind may have been counted.</param>
public sealed record ReceiverTrial(TrialOutcome Outcome, string? Reason = null, int? Status = null, bool IsCertain = true);

/// <summary>
/// Who is told by the Alertmanagers of a project's clusters. They are in a Secret of the portal's own, <c>monitoring/portal-receivers</c>, with a
/// configuration that is the add-on's and they; Alertmanager reads it in place of the add-on's.
/// </summary>
public interface IAlertReceivers
{
    /// <summary>Lists the receivers of every cluster of the project that the portal has looked at; needs <see cref="Capability.Read"/>.</summary>
    Task<ImmutableArray<ClusterReceivers>> ListAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Lists them for a page that asks again and again: at most some seconds old, and asked once for all who look. Needs <see cref="Capability.Read"/>.</summary>
    Task<ImmutableArray<ClusterReceivers>> ListLatelyAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Writes a receiver; needs <see cref="Capability.Write"/>, and is audited without its secrets.</summary>
    /// <exception cref="ClusterInvalidException">Fields have something to correct: <c>name</c>, <c>to</c>, <c>from</c>, <c>smarthost</c>, <c>url</c>, <c>secret</c>, <c>channel</c>, <c>severities</c>, <c>cluster</c>.</exception>
    /// <exception cref="BackendException">It could not be written; <see cref="BackendFailure.Conflict"/> when somebody else wrote at the same time.</exception>
    Task SaveAsync(Scope scope, string clusterId, ReceiverDraft draft, CancellationToken cancellationToken);

    /// <summary>Takes a receiver away with its secrets; needs <see cref="Capability.Write"/>, and is audited.</summary>
    Task RemoveAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken);

    /// <summary>Has Alertmanager read its configuration, and looks whether it is the one that was written last. It gets into the pod within about two minutes. Needs <see cref="Capability.Write"/>.</summary>
    Task<ReceiverLoading> LoadAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Sends a test alert to one receiver alone, and waits up to half a minute for what Alertmanager says of it; needs <see cref="Capability.Write"/>, and is audited.</summary>
    /// <exception cref="BackendException"><see cref="BackendFailure.NotFound"/>: there is no receiver of this name.</exception>
    Task<ReceiverTrial> TestAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken);
}
