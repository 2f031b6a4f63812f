using System.Collections.Immutable;

namespace Portal.Core.Registry.Settings;

/// <summary>How the project's place in Harbor is set, and how full it is.</summary>
/// <param name="HarborProject">Harbor project.</param>
/// <param name="Host">Host (with port) that clients use.</param>
/// <param name="IsPublic">Whether everybody may pull, without a login as well.</param>
/// <param name="RepositoryCount">Repositories in it.</param>
/// <param name="Scanning">When images are scanned, and what that means for pulls.</param>
/// <param name="Used">Bytes in use; may be more than the limit.</param>
/// <param name="Limit">Most bytes, or null for no limit; only the platform's people change it.</param>
public sealed record ImageSettings(string HarborProject, string Host, bool IsPublic, long RepositoryCount, ScanSettings Scanning, long Used, long? Limit)
{
    /// <summary>Gets where people ask for more storage (http, https or mailto), or null.</summary>
    public string? MoreAt { get; init; }

    /// <summary>Gets the rules that keep tags from being moved or deleted.</summary>
    public ImmutableArray<TagProtection> Protections { get; init; } = [];
}

/// <summary>When images are scanned, and what that means for pulls.</summary>
/// <param name="OnPush">Whether each push is scanned.</param>
/// <param name="BlockedFrom">Images with a finding as bad as this or worse, and images that were not scanned, cannot be pulled; null blocks nothing.</param>
public sealed record ScanSettings(bool OnPush, Severity? BlockedFrom)
{
    /// <summary>Gets what can be blocked from.</summary>
    public static IReadOnlyList<Severity> Blockable { get; } = [Severity.Critical, Severity.High, Severity.Medium, Severity.Low];
}

/// <summary>Tags that cannot be moved or deleted.</summary>
/// <param name="Id">Harbor's id; 0 for one that is not made yet.</param>
/// <param name="Repositories">Pattern of the repositories' names without the project; <c>**</c> for all.</param>
/// <param name="Tags">Pattern of the tags.</param>
/// <param name="IsDisabled">Whether somebody switched it off in Harbor.</param>
public sealed record TagProtection(long Id, string Repositories, string Tags, bool IsDisabled = false);

/// <summary>By what an artifact is kept.</summary>
public enum KeepBy
{
    /// <summary>The last so many that were pushed, of each repository.</summary>
    LatestPushed,

    /// <summary>The last so many that were pulled, of each repository.</summary>
    LatestPulled,

    /// <summary>What was pushed in the last so many days.</summary>
    PushedWithinDays,

    /// <summary>What was pulled in the last so many days.</summary>
    PulledWithinDays,

    /// <summary>Everything that matches.</summary>
    Always,

    /// <summary>Something that was made in Harbor and is not known here; it is left as it is.</summary>
    Other,
}

/// <summary>A rule that says what is kept. What no rule keeps is deleted when the rules are run.</summary>
/// <param name="By">By what.</param>
/// <param name="Count">How many, or how many days; without meaning for <see cref="KeepBy.Always"/>.</param>
/// <param name="Repositories">Pattern of the repositories' names without the project.</param>
/// <param name="Tags">Pattern of the tags.</param>
/// <param name="WithUntagged">Whether artifacts without a tag are looked at as if they matched.</param>
public sealed record KeepRule(KeepBy By, int Count, string Repositories, string Tags, bool WithUntagged)
{
    /// <summary>Gets Harbor's own description, for a rule that is not known here.</summary>
    public string? Wire { get; init; }
}

/// <summary>When the rules are run.</summary>
public enum RetentionSchedule
{
    /// <summary>Only when somebody says so.</summary>
    Never,

    /// <summary>Each day at midnight (UTC).</summary>
    Daily,

    /// <summary>Each Sunday at midnight (UTC).</summary>
    Weekly,

    /// <summary>At other times that were set in Harbor.</summary>
    Other,
}

/// <summary>What is kept, and when the rest is deleted.</summary>
/// <param name="Schedule">When.</param>
/// <param name="Rules">The rules; an artifact that one of them keeps stays.</param>
public sealed record Retention(RetentionSchedule Schedule, ImmutableArray<KeepRule> Rules)
{
    /// <summary>How many rules Harbor takes.</summary>
    public const int MostRules = 15;
}

/// <summary>What a run of the rules deleted, or would.</summary>
/// <param name="IsTrial">Whether nothing was deleted.</param>
/// <param name="IsEnded">Whether it came to its end in the time that was waited.</param>
/// <param name="Repositories">Each repository that was looked at.</param>
public sealed record RetentionRun(bool IsTrial, bool IsEnded, ImmutableArray<RetainedRepository> Repositories);

/// <summary>What was kept of a repository.</summary>
/// <param name="Name">Name without the project.</param>
/// <param name="Kept">Artifacts that stay.</param>
/// <param name="Total">Artifacts that there were.</param>
public sealed record RetainedRepository(string Name, int Kept, int Total);
