namespace Portal.Core.Audit;

/// <summary>How long audit entries are kept. Bound from the section <see cref="Section"/>.</summary>
public sealed class AuditOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Audit";

    /// <summary>Gets or sets after how long an entry is deleted.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(365);
}
