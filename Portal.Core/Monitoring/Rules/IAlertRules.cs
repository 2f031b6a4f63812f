using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters;

namespace Portal.Core.Monitoring.Rules;

/// <summary>What a rule does now.</summary>
public enum RuleState
{
    /// <summary>Its condition is not met.</summary>
    Inactive,

    /// <summary>Its condition is met, not yet for long enough.</summary>
    Pending,

    /// <summary>It fires.</summary>
    Firing,
}

/// <summary>An alerting rule as a cluster's Prometheus has loaded it (<c>/api/v1/rules</c>).</summary>
public sealed record AlertRule
{
    /// <summary>Gets the alert's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the expression as Prometheus writes it.</summary>
    public required string Expression { get; init; }

    /// <summary>Gets for how long the expression must be met before it fires.</summary>
    public TimeSpan For { get; init; }

    /// <summary>Gets the label <c>severity</c>, or nothing.</summary>
    public string Severity { get; init; } = "";

    /// <summary>Gets the annotation <c>summary</c>, a template, or nothing.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Gets what it does now.</summary>
    public RuleState State { get; init; }

    /// <summary>Gets since when the oldest of its alerts is active (UTC), or null.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Gets why it could not be evaluated, or null.</summary>
    public string? Error { get; init; }

    /// <summary>Gets whether it is written by the portal for the project's people, and not one of the platform's.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Gets the text by which a version of an own rule is known, or null.</summary>
    public string? Revision { get; init; }

    /// <summary>Gets whether it is an own one that stands in the place of the platform's rule of the same name.</summary>
    public bool Replaces { get; init; }

    /// <summary>Gets whether another can take its place: it is the platform's, and says itself that it then steps back.</summary>
    public bool IsReplaceable { get; init; }

    /// <summary>Gets the number that people may change, as it stands in the expression; null: only how long it must last.</summary>
    public string? Threshold { get; init; }

    /// <summary>Gives the rule that takes the place of this one of the platform's.</summary>
    /// <param name="threshold">The other number, as PromQL writes it; null or where there is none: as it is.</param>
    /// <param name="length">How long the condition must last.</param>
    public RuleDraft With(string? threshold, TimeSpan length) => new()
    {
        Name = Name,
        Expression = threshold is null || Threshold is null ? Expression : RuleThreshold.Put(Expression, Threshold, threshold),
        For = length,
        Severity = Severity,
        Summary = Summary,
        Replaces = true,
        Threshold = threshold ?? Threshold,
    };
}

/// <summary>The rules of one cluster.</summary>
/// <param name="ClusterId">Magnum uuid.</param>
/// <param name="IsThere">Whether the cluster has a Prometheus.</param>
/// <param name="Rules">As loaded, the platform's first.</param>
/// <param name="Failure">Why they could not be read, or null.</param>
public sealed record ClusterRules(string ClusterId, bool IsThere, ImmutableArray<AlertRule> Rules, BackendException? Failure = null) : IOfCluster
{
    /// <summary>Gets whether that Prometheus looks where the portal writes own rules; one that was installed by an older portal does not.</summary>
    public bool CanTake { get; init; } = true;

    /// <summary>Gets whether a rule of the platform steps back for another threshold; those that were installed by an older portal do not.</summary>
    public bool StepsBack => Rules.Any(r => r.IsReplaceable) || !Rules.Any(r => !r.IsOwn);
}

/// <summary>An own rule as somebody wants it.</summary>
public sealed record RuleDraft
{
    /// <summary>Gets the alert's name, letters, digits and underscores.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the whole expression (PromQL), with its comparison.</summary>
    public required string Expression { get; init; }

    /// <summary>Gets for how long it must be met, whole seconds, at most a day.</summary>
    public TimeSpan For { get; init; }

    /// <summary>Gets <c>critical</c>, <c>warning</c> or <c>info</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>Gets the sentence that people read.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Gets whether it takes the place of the platform's rule of its name.</summary>
    public bool Replaces { get; init; }

    /// <summary>Gets the number in it that people may change, or null.</summary>
    public string? Threshold { get; init; }
}

/// <summary>How a rule would have done in the last day.</summary>
/// <param name="Times">How often it would have begun to fire, over all series.</param>
/// <param name="Longest">The longest time that it would have fired.</param>
/// <param name="LastAt">When it would last have begun to fire (UTC), or null.</param>
/// <param name="FiresNow">How many series would fire now.</param>
/// <param name="Series">How many series met the expression at any time.</param>
public sealed record RulePreview(int Times, TimeSpan Longest, DateTimeOffset? LastAt, int FiresNow, int Series);

/// <summary>Whether a Prometheus has what was written.</summary>
/// <param name="IsLoaded">Whether it has.</param>
/// <param name="WhyNot">Why it will not by itself, in Prometheus's words or as a code beginning with <c>rule-</c>; null while it only takes time.</param>
public sealed record RuleLoading(bool IsLoaded, string? WhyNot);

/// <summary>
/// The alerting rules of a project's clusters. Own ones are in a ConfigMap of the portal's own, <c>portal-rules</c>, beside Prometheus, which mounts it.
/// </summary>
public interface IAlertRules
{
    /// <summary>Lists the rules of every cluster of the project that the portal has looked at; needs <see cref="Capability.Read"/>.</summary>
    Task<ImmutableArray<ClusterRules>> ListAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Lists them for a page that asks again and again: at most some seconds old, and asked once for all who look. Needs <see cref="Capability.Read"/>.</summary>
    Task<ImmutableArray<ClusterRules>> ListLatelyAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Says how often a rule would have fired in the last 24 hours, minute by minute; needs <see cref="Capability.Read"/>.</summary>
    /// <exception cref="ClusterInvalidException">The cluster's Prometheus refuses the expression, or a field has something to correct.</exception>
    Task<RulePreview> PreviewAsync(Scope scope, string clusterId, RuleDraft draft, CancellationToken cancellationToken);

    /// <summary>Writes an own rule, in place of one of the same name, after the cluster's Prometheus has read its expression; needs <see cref="Capability.Write"/>, and is audited.</summary>
    /// <returns>The revision by which it is known once loaded.</returns>
    /// <exception cref="ClusterInvalidException">Fields <c>name</c>, <c>expression</c>, <c>for</c>, <c>severity</c> have something to correct.</exception>
    /// <exception cref="BackendException">It could not be written; <see cref="BackendFailure.Conflict"/> when somebody else wrote at the same time.</exception>
    Task<string> SaveAsync(Scope scope, string clusterId, RuleDraft draft, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a rule of the platform with another threshold and another length in the place of it, in one cluster; needs <see cref="Capability.Write"/>, and is audited.
    /// </summary>
    /// <returns>The revision by which it is known once loaded.</returns>
    /// <exception cref="ClusterInvalidException">Fields <c>threshold</c>, <c>for</c>, or <c>name</c>: there is no such rule of the platform, or it was installed by an older portal and does not step back.</exception>
    Task<string> AdjustAsync(Scope scope, string clusterId, string name, string? threshold, TimeSpan length, CancellationToken cancellationToken);

    /// <summary>Goes back to the platform's own rule; needs <see cref="Capability.Write"/>, and is audited.</summary>
    Task RestoreAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken);

    /// <summary>Takes an own rule away; needs <see cref="Capability.Write"/>, and is audited.</summary>
    Task RemoveAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken);

    /// <summary>Has Prometheus read its files, and looks whether it has the rule (with this revision; null: has it no more). The file gets into the pod within about two minutes. Needs <see cref="Capability.Write"/>.</summary>
    Task<RuleLoading> LoadAsync(Scope scope, string clusterId, string name, string? revision, CancellationToken cancellationToken);
}
