using System.Collections.Immutable;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters;

/// <summary>How sure an explanation is.</summary>
public enum Confidence
{
    /// <summary>A backend says so in words.</summary>
    Certain,

    /// <summary>The evidence fits this cause better than any other.</summary>
    Likely,

    /// <summary>It could be this; too little is known.</summary>
    Possible,
}

/// <summary>One piece of what an explanation is made of, in the backend's own words.</summary>
/// <param name="Source">Where it is from: <c>heat</c>, <c>magnum</c>, <c>neutron</c>, …</param>
/// <param name="Subject">What it is about: a resource with its type, a node group, a quota.</param>
/// <param name="Text">The bare text, at most 500 characters.</param>
/// <param name="At">When it was said (UTC), or null when the backend does not tell.</param>
public sealed record EvidenceLine(string Source, string Subject, string Text, DateTimeOffset? At);

/// <summary>Why a cluster failed or waits. The action for people is the text <c>cluster.do.RULE</c> with the reason's arguments.</summary>
/// <param name="RuleId">The rule that knew it, or <c>unknown</c>.</param>
/// <param name="Reason">The sentence as code and arguments.</param>
/// <param name="Actor">Who has to act.</param>
/// <param name="Evidence">The backend's own words that the rule went by.</param>
/// <param name="Resource">The Heat resource that tells it, or null.</param>
public sealed record Explanation(string RuleId, Reason Reason, Actor Actor, string Evidence, StackResource? Resource)
{
    /// <summary>Gets how sure it is.</summary>
    public Confidence Confidence { get; init; }

    /// <summary>Gets since when it is so (UTC), or null when it is not known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Gets how long creations from this template usually take, or null when the portal saw none or it is no creation.</summary>
    public TimeSpan? Usual { get; init; }

    /// <summary>Gets all that was read, the cause first.</summary>
    public ImmutableArray<EvidenceLine> Lines { get; init; } = [];

    /// <summary>Gets what could not be read; with it the explanation might be another.</summary>
    public ImmutableArray<ClusterProblem> Missing { get; init; } = [];

    /// <summary>Gets when it was worked out (UTC).</summary>
    public DateTimeOffset ExplainedAt { get; init; }

    /// <summary>Gets whether another explanation tells people the same.</summary>
    public bool TellsTheSame(Explanation? other) =>
        other is not null && RuleId == other.RuleId && Reason.Code == other.Reason.Code && Actor == other.Actor && Evidence == other.Evidence
        && Since == other.Since && Usual == other.Usual && Missing.SequenceEqual(other.Missing)
        && Reason.Arguments.Count == other.Reason.Arguments.Count && Reason.Arguments.All(a => other.Reason.Arguments.GetValueOrDefault(a.Key) == a.Value);
}
