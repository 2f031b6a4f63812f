using System.Collections.Immutable;
using Portal.Core.Mapping.Steps;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Comparison;

/// <summary>Compares what was surveyed; asks nobody and changes nothing.</summary>
internal sealed class PlaceComparer
{
    private readonly Survey survey;
    private readonly MappingTools tools;
    private readonly Dictionary<string, RegistryProject> projectsByName;
    private readonly Dictionary<string, RegistryUser> usersByName;
    private readonly Dictionary<string, RegistryUser> usersByEmail;
    private readonly HashSet<string> takenNames;
    private readonly HashSet<long> recordedIds;

    public PlaceComparer(Survey survey, MappingTools tools)
    {
        this.survey = survey;
        this.tools = tools;
        projectsByName = survey.HarborProjects.Values.DistinctBy(p => p.Name).ToDictionary(p => p.Name, StringComparer.Ordinal);
        usersByName = survey.Users.Values.DistinctBy(u => u.UserName).ToDictionary(u => u.UserName, StringComparer.Ordinal);
        usersByEmail = survey.Users.Values.DistinctBy(u => u.Email).ToDictionary(u => u.Email, StringComparer.Ordinal);
        takenNames = [.. survey.Mappings.Values.Select(m => m.HarborProject)];
        recordedIds = [.. survey.Mappings.Values.Where(m => FindProject(m) is not null).Select(m => FindProject(m)!.Id)];
    }

    /// <summary>Gives every place, in no order.</summary>
    public IEnumerable<ComparedPlace> Compare() =>
        [
            .. survey.Mappings.Values.Select(OfMapping),
            .. survey.Projects.Values.Where(p => !survey.Mappings.ContainsKey(p.Project.Id)).Select(OfProject),
            .. survey.Users.Values.Select(OfUser).OfType<ComparedPlace>(),
            .. survey.HarborProjects.Values.Where(IsUnrecorded).Select(OfHarborProject),
        ];

    /// <summary>Says whether the lists alone make the project or the user of a mapping look missing.</summary>
    public bool LooksMissing(ProjectMapping mapping) => FindProject(mapping) is null || (NeedsUser(mapping) && FindUser(mapping) is null);

    private static bool NeedsUser(ProjectMapping mapping) => mapping is { AuthMode: "db_auth", ReadyAt: not null, UserId: not null };

    // By its id when it was renamed. A Harbor restored from an older copy gives ids away again: what has it now may be anybody's.
    private RegistryProject? FindProject(ProjectMapping mapping) =>
        mapping.HarborProjectId is { } id && survey.HarborProjects.TryGetValue(id, out var known) && tools.IsOurs(mapping, known) && (known.Name == mapping.HarborProject || !takenNames.Contains(known.Name))
            ? known
            : projectsByName.GetValueOrDefault(mapping.HarborProject);

    // Never by its id alone: see above.
    private RegistryUser? FindUser(ProjectMapping mapping) =>
        usersByName.GetValueOrDefault(mapping.UserName) ?? usersByEmail.GetValueOrDefault(tools.EmailOf(mapping.ProjectId));

    private ComparedPlace OfMapping(ProjectMapping mapping)
    {
        var cloud = survey.Projects.GetValueOrDefault(mapping.ProjectId);
        var project = FindProject(mapping);
        var user = FindUser(mapping);
        var place = new ComparedPlace
        {
            ProjectId = mapping.ProjectId,
            State = PlaceState.InSync,
            ProjectName = cloud?.Project.Name,
            Domain = cloud?.Domain,
            Region = cloud?.Region,
            HarborProject = mapping.HarborProject,
            UserName = mapping.UserName,
        };
        if (cloud is null)
        {
            return place with { State = PlaceState.Deleted, Differences = Left(mapping, project, user), Outcome = Reason.Of("mapping.repair.deleted") };
        }

        if (!cloud.Project.IsEnabled || !cloud.IsDomainEnabled)
        {
            Reason off = cloud.Project.IsEnabled ? Reason.Of("mapping.diff.domain-disabled", ("domain", cloud.Domain)) : Reason.Of("mapping.diff.disabled");
            return place with { State = PlaceState.Disabled, Differences = [off, .. Left(mapping, project, user)], Outcome = Reason.Of("mapping.repair.disabled") };
        }

        var found = new PlaceFindings(mapping, tools);
        found.AddProject(project);
        found.AddUser(user);
        found.AddLook(survey.Looks.GetValueOrDefault(mapping.ProjectId), user);
        found.AddLimit(project, survey.Limits);
        if (!HarborName.Candidates(cloud.Project.Name, mapping.ProjectId).Contains(mapping.HarborProject, StringComparer.Ordinal))
        {
            found.Add(PlaceState.Renamed, Reason.Of("mapping.diff.renamed", ("name", cloud.Project.Name), ("project", mapping.HarborProject)));
        }

        return found.On(place);
    }

    // What is still there of a project that Keystone does not know or does not let in any more.
    private ImmutableArray<Reason> Left(ProjectMapping mapping, RegistryProject? project, RegistryUser? user)
    {
        var left = ImmutableArray.CreateBuilder<Reason>();
        if (project is not null && tools.IsOurs(mapping, project))
        {
            left.Add(Reason.Of("mapping.diff.left-project", ("project", project.Name), ("count", $"{project.RepositoryCount}")));
        }

        if (user is not null && user.Email == tools.EmailOf(mapping.ProjectId))
        {
            left.Add(Reason.Of("mapping.diff.left-user", ("user", user.UserName)));
        }

        return left.Count == 0 ? [Reason.Of("mapping.diff.nothing-left")] : left.ToImmutable();
    }

    // A project that never asked for a place: whoever has its name in Harbor would stop it.
    private ComparedPlace OfProject(CloudProject cloud)
    {
        var project = cloud.Project;
        var place = new ComparedPlace { ProjectId = project.Id, State = PlaceState.Unmapped, ProjectName = project.Name, Domain = cloud.Domain, Region = cloud.Region };
        if (!project.IsEnabled || !cloud.IsDomainEnabled)
        {
            return place with { Outcome = Reason.Of("mapping.repair.off") };
        }

        var name = HarborName.Candidates(project.Name, project.Id).First(n => !takenNames.Contains(n));
        return projectsByName.TryGetValue(name, out var taken)
            ? place with
            {
                State = PlaceState.Foreign,
                HarborProject = name,
                Differences = [Reason.Of("mapping.diff.name-taken", ("project", name), ("owner", taken.OwnerName ?? "?"))],
                Outcome = Reason.Of("mapping.repair.foreign"),
            }
            : place with { Repair = PlaceRepair.Make, Outcome = Reason.Of("mapping.repair.make") };
    }

    private bool IsUnrecorded(RegistryProject project) =>
        project.OwnerName == tools.Options.UserName && !takenNames.Contains(project.Name) && !recordedIds.Contains(project.Id);

    private static ComparedPlace OfHarborProject(RegistryProject project) => new()
    {
        ProjectId = "",
        State = PlaceState.Unrecorded,
        HarborProject = project.Name,
        Differences = [Reason.Of("mapping.diff.no-record", ("project", project.Name), ("owner", project.OwnerName ?? "?"), ("count", $"{project.RepositoryCount}"))],
        Outcome = Reason.Of("mapping.repair.no-record"),
    };

    // A user with the portal's mark that no record knows: the portal's store was restored from an older copy, or lost.
    private ComparedPlace? OfUser(RegistryUser user)
    {
        var mark = tools.EmailOf("");
        if (!user.Email.EndsWith(mark, StringComparison.Ordinal) || user.Email[..^mark.Length] is not { Length: > 0 } projectId || survey.Mappings.ContainsKey(projectId))
        {
            return null;
        }

        var cloud = survey.Projects.GetValueOrDefault(projectId);
        return new ComparedPlace
        {
            ProjectId = projectId,
            State = PlaceState.Extra,
            ProjectName = cloud?.Project.Name,
            Domain = cloud?.Domain,
            Region = cloud?.Region,
            UserName = user.UserName,
            Differences = [Reason.Of(cloud is null ? "mapping.diff.extra-user" : "mapping.diff.record-lost", ("user", user.UserName))],
            Outcome = Reason.Of("mapping.repair.extra"),
        };
    }
}
