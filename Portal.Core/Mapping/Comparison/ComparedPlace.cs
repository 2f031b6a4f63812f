using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Comparison;

/// <summary>How a project's place in Harbor stands to what Keystone says; who needs someone first.</summary>
public enum PlaceState
{
    /// <summary>Somebody asked for it, and it is not there, or not whole.</summary>
    Missing,

    /// <summary>Its name is taken in Harbor by something that is not the portal's.</summary>
    Foreign,

    /// <summary>There, but something in it was changed or deleted by hand.</summary>
    Differs,

    /// <summary>Made by the portal once; neither Keystone's project nor the portal's record knows it.</summary>
    Extra,

    /// <summary>Keystone's project is gone, its place is not.</summary>
    Deleted,

    /// <summary>Keystone's project (or its domain) is switched off, its place is alive.</summary>
    Disabled,

    /// <summary>Renamed, in Keystone (the place keeps its name) or in Harbor by hand.</summary>
    Renamed,

    /// <summary>As it should be.</summary>
    InSync,

    /// <summary>Nobody asked for a place yet: it is made on first use.</summary>
    Unmapped,

    /// <summary>A Harbor project that the portal's account made, or somebody with it, and that no record knows. Never touched.</summary>
    Unrecorded,
}

/// <summary>What a repair would do.</summary>
public enum PlaceRepair
{
    /// <summary>Nothing: all is well, or only a person can decide.</summary>
    None,

    /// <summary>Make the place; never part of "repair all", because nobody has asked for it.</summary>
    Make,

    /// <summary>Look at everything again and mend it.</summary>
    Repair,
}

/// <summary>One project's place, compared.</summary>
public sealed record ComparedPlace
{
    /// <summary>Gets the Keystone project id; empty for a Harbor project that belongs to none.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets the state.</summary>
    public required PlaceState State { get; init; }

    /// <summary>Gets the project's name in Keystone, or null when it is gone there.</summary>
    public string? ProjectName { get; init; }

    /// <summary>Gets the domain's name (its id where the name is not known), or null when the project is gone.</summary>
    public string? Domain { get; init; }

    /// <summary>Gets the cloud and region of the project, or null when it is gone.</summary>
    public CloudRegion? Region { get; init; }

    /// <summary>Gets the Harbor project's name, or null while none was chosen.</summary>
    public string? HarborProject { get; init; }

    /// <summary>Gets the Harbor user's name, or null.</summary>
    public string? UserName { get; init; }

    /// <summary>Gets what tells it from every other place: a user without a record may stand beside its project.</summary>
    public string Key => State is PlaceState.Extra or PlaceState.Unrecorded ? $"{State}/{UserName}/{HarborProject}" : ProjectId;

    /// <summary>Gets what differs exactly.</summary>
    public ImmutableArray<Reason> Differences { get; init; } = [];

    /// <summary>Gets what can be done by itself.</summary>
    public PlaceRepair Repair { get; init; }

    /// <summary>Gets what a repair would do, or why there is none; null when all is well.</summary>
    public Reason? Outcome { get; init; }

    /// <summary>Gets whether an administrator may take it away: Keystone's project is gone, and something of ours is there.</summary>
    public bool IsRemovable => ProjectId.Length > 0 && ProjectName is null && State is PlaceState.Deleted or PlaceState.Extra;

    /// <summary>Gets the repair that was begun last, or null.</summary>
    public PlaceRepairRun? Run { get; init; }
}

/// <summary>A repair that was begun.</summary>
/// <param name="PlanId">Its plan, in the tenant's project.</param>
/// <param name="Region">Where.</param>
/// <param name="By">Who asked.</param>
/// <param name="At">When (UTC).</param>
/// <param name="State">Where the plan stands; null when it is no longer kept.</param>
/// <param name="Reason">What it waits for, or null.</param>
public sealed record PlaceRepairRun(string PlanId, CloudRegion Region, string By, DateTimeOffset At, PlanState? State = null, Reason? Reason = null)
{
    /// <summary>Gets the project that the plan is in, or null when it is the place's own.</summary>
    public string? InProject { get; init; }
}
