using Portal.Core.Mapping.Steps;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Comparison;

/// <summary>Gathers what differs in one place of an enabled project; the worst is its state.</summary>
internal sealed class PlaceFindings(ProjectMapping mapping, MappingTools tools)
{
    private readonly List<Reason> differences = [];
    private PlaceState state = PlaceState.InSync;
    private Reason? byHand;

    /// <summary>Adds a difference. With <paramref name="hand"/> it is one that the portal never changes by itself.</summary>
    public void Add(PlaceState worst, Reason difference, Reason? hand = null)
    {
        differences.Add(difference);
        state = worst < state ? worst : state;
        byHand ??= hand;
    }

    public void AddProject(RegistryProject? project)
    {
        if (mapping.ReadyAt is null)
        {
            Add(PlaceState.Missing, Reason.Of("mapping.diff.never-finished"));
        }

        if (project is null)
        {
            if (mapping.HarborProjectId is not null)
            {
                Add(PlaceState.Missing, Reason.Of("mapping.diff.project-gone", ("project", mapping.HarborProject)));
            }
        }
        else if (!tools.IsOurs(mapping, project))
        {
            Add(PlaceState.Foreign, Reason.Of("mapping.diff.project-foreign", ("project", project.Name), ("owner", project.OwnerName ?? "?")), Reason.Of("mapping.repair.foreign"));
        }
        else if (project.Name != mapping.HarborProject)
        {
            Add(PlaceState.Renamed, Reason.Of("mapping.diff.project-renamed", ("from", mapping.HarborProject), ("to", project.Name)), Reason.Of("mapping.repair.rename-back"));
        }
    }

    public void AddUser(RegistryUser? user)
    {
        if (mapping.AuthMode != "db_auth" || (user is null && mapping.UserId is null))
        {
            return;
        }

        var isMarked = user?.Email == tools.EmailOf(mapping.ProjectId);
        if (user is null)
        {
            Add(PlaceState.Differs, Reason.Of("mapping.diff.user-gone", ("user", mapping.UserName)));
        }
        else if (user.UserName != mapping.UserName)
        {
            Add(PlaceState.Renamed, Reason.Of("mapping.diff.user-renamed", ("from", mapping.UserName), ("to", user.UserName)), Reason.Of("mapping.repair.rename-back"));
        }
        else if (!isMarked && user.Id == mapping.UserId)
        {
            Add(PlaceState.Renamed, Reason.Of("mapping.diff.user-address", ("user", user.UserName), ("address", tools.EmailOf(mapping.ProjectId))), Reason.Of("mapping.repair.rename-back"));
        }
        else if (!isMarked)
        {
            Add(PlaceState.Foreign, Reason.Of("mapping.diff.user-foreign", ("user", user.UserName)), Reason.Of("mapping.repair.foreign"));
        }
    }

    /// <summary>A limit that was changed by hand is told and stays: people ask the platform team for more.</summary>
    public void AddLimit(RegistryProject? project, IReadOnlyDictionary<long, long> limits)
    {
        if (project is not null && tools.IsOurs(mapping, project) && limits.TryGetValue(project.Id, out var limit) && mapping.StorageLimit is { } set && set != limit)
        {
            Add(PlaceState.InSync, Reason.Of("mapping.diff.limit", ("set", Words(set)), ("limit", Words(limit))));
        }
    }

    public void AddLook(CloseLook? look, RegistryUser? user)
    {
        if (look?.Members is { } members && user is not null && mapping.AuthMode == "db_auth")
        {
            AddMember(members.FirstOrDefault(m => m.UserId == user.Id), user);
        }

        foreach (var kind in (RobotKind[])[RobotKind.Pull, RobotKind.Push])
        {
            if (look?.Robots is { } robots)
            {
                AddRobot(kind, robots.FirstOrDefault(r => r.FullName.EndsWith("+" + kind.NameIn(mapping), StringComparison.Ordinal)));
            }
        }

        foreach (var place in look?.Refused ?? [])
        {
            Add(PlaceState.Differs, Reason.Of("mapping.diff.secret", ("name", NameOf(place))));
        }
    }

    /// <summary>Gives the place with what was found.</summary>
    public ComparedPlace On(ComparedPlace place)
    {
        var mends = byHand is null && state is PlaceState.Missing or PlaceState.Differs;
        var gone = differences.Exists(d => d.Code == "mapping.diff.project-gone");
        return place with
        {
            State = state,
            Differences = [.. differences],
            Repair = mends ? PlaceRepair.Repair : PlaceRepair.None,
            Outcome = byHand ?? (mends ? Reason.Of(gone ? "mapping.repair.anew" : "mapping.repair.mend") : state is PlaceState.Renamed ? Reason.Of("mapping.repair.renamed") : null),
        };
    }

    private static string Words(long bytes) => bytes switch
    {
        < 0 => "∞",
        _ when bytes % (1L << 30) == 0 => $"{bytes >> 30} GiB",
        _ => $"{bytes >> 20} MiB",
    };

    private void AddMember(RegistryMember? member, RegistryUser user)
    {
        if (member is null)
        {
            Add(PlaceState.Differs, Reason.Of("mapping.diff.member-gone", ("user", user.UserName), ("project", mapping.HarborProject)));
        }
        else if (member.Role != AddMemberStep.Role)
        {
            Add(PlaceState.Differs, Reason.Of("mapping.diff.member-role", ("user", user.UserName), ("project", mapping.HarborProject), ("role", $"{member.Role}")));
        }
    }

    private void AddRobot(RobotKind kind, RobotAccount? robot)
    {
        if (robot is null)
        {
            if (kind.Of(mapping).FullName is { } name)
            {
                Add(PlaceState.Differs, Reason.Of("mapping.diff.robot-gone", ("robot", name)));
            }
        }
        else if (robot.Description != MappingTools.MarkOf(mapping.ProjectId))
        {
            Add(PlaceState.Foreign, Reason.Of("mapping.diff.robot-foreign", ("robot", robot.FullName)), Reason.Of("mapping.repair.foreign"));
        }
        else if (robot.IsDisabled)
        {
            Add(PlaceState.Differs, Reason.Of("mapping.diff.robot-disabled", ("robot", robot.FullName)), Reason.Of("mapping.repair.robot-disabled"));
        }
    }

    private string NameOf(string place) => place switch
    {
        "pull" => mapping.Pull.FullName ?? place,
        "push" => mapping.Push.FullName ?? place,
        _ => mapping.UserName,
    };
}
