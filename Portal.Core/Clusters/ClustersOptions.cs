namespace Portal.Core.Clusters;

/// <summary>How clusters are followed. Bound from the section <see cref="Section"/>.</summary>
public sealed class ClustersOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Clusters";

    /// <summary>Gets or sets how often Magnum is asked while something moves.</summary>
    public TimeSpan PollMoving { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how often Magnum is asked while all is calm.</summary>
    public TimeSpan PollCalm { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets or sets how long after a change's 202 Magnum may still show the old status.</summary>
    public TimeSpan Settle { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets or sets how often a step that waits for Magnum looks again.</summary>
    public TimeSpan LookAgain { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets after how long a change is late of which nothing usual is known.</summary>
    public TimeSpan LateAfter { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Gets or sets how many times the usual a creation may take before it is late.</summary>
    public double LateFactor { get; set; } = 2;

    /// <summary>Gets or sets how much longer than usual a creation takes at least before it is late.</summary>
    public TimeSpan LateMargin { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how often the portal looks again why a cluster is late, or failed where not all could be read.</summary>
    public TimeSpan ExplainAgain { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how long a change may show no movement at all before the platform team is asked.</summary>
    public TimeSpan NoMovement { get; set; } = TimeSpan.FromMinutes(5);
}
