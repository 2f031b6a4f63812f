using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Portal.Core.Mapping.Steps;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Comparison;

/// <summary>
/// Asks for what a comparison compares: whole lists, page by page; then once more for each thing that the lists seem to miss
/// (a page may have shifted while they were read), and closely (robots, members) where there was something last time and
/// as many more as make half of the pages.
/// </summary>
internal sealed class Surveyor(ICloudProjects clouds, MappingTools tools)
{
    /// <summary>How many things that seem to be missing are asked for once more; a Harbor that lost all is believed.</summary>
    public const int MaxConfirmed = 200;

    private const int AtOnce = 4;

    // Keystone's projects and domains come in one answer each.
    private const int CloudPages = 2;
    private const string Robots = "/robots";
    private const string Members = "/members";
    private const string Limit = "/limit";
    private const string Limits = "limits/";

    /// <summary>Surveys by lists, and closely: everything with its secrets, or what the <paramref name="last"/> one found with its secrets and a share that goes on where it stopped.</summary>
    public async Task<(Survey Survey, string Cursor)> SurveyAsync(bool closely, LastLook last, CancellationToken cancellationToken)
    {
        var users = tools.Accounts.ListUsersAsync(cancellationToken);
        var projects = tools.Harbor.ListProjectsAsync(cancellationToken);
        var cloud = clouds.ListAsync(cancellationToken);
        var system = tools.Harbor.GetSystemAsync(cancellationToken);
        await Task.WhenAll(users, projects, cloud, system).ConfigureAwait(false);

        // The records last: what was made meanwhile has one, and is asked for once more when the lists are too old for it.
        var mappings = new Dictionary<string, ProjectMapping>(StringComparer.Ordinal);
        await foreach (var mapping in tools.Store.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            // By the sign-in that Harbor has now: one that was switched to OpenID Connect has no use for the users from before.
            mappings[mapping.ProjectId] = mapping with { AuthMode = (await system.ConfigureAwait(false)).AuthMode };
        }

        var survey = new Survey
        {
            Projects = (await cloud.ConfigureAwait(false)).DistinctBy(p => p.Project.Id).ToDictionary(p => p.Project.Id, StringComparer.Ordinal),
            Mappings = mappings,
            HarborProjects = (await projects.ConfigureAwait(false)).DistinctBy(p => p.Id).ToDictionary(p => p.Id),
            Users = (await users.ConfigureAwait(false)).DistinctBy(u => u.Id).ToDictionary(u => u.Id),
        };
        survey = survey with { Pages = PagesOf(survey.HarborProjects.Count) + PagesOf(survey.Users.Count) + CloudPages };
        survey = await ConfirmAsync(survey, cancellationToken).ConfigureAwait(false);
        var (looks, next) = closely ? (AllOf(survey), last.Cursor) : ShareOf(survey, last);
        return (await LookAsync(survey, looks, id => closely || last.Again.Contains(id), cancellationToken).ConfigureAwait(false), next);
    }

    private static int PagesOf(int items) => (items / 100) + 1;

    // Only a place that is there and whole by the lists can be looked at closely.
    private IEnumerable<string> Lookable(Survey survey) => survey.Mappings.Values
        .Where(m => m.HarborProjectId is { } id && survey.HarborProjects.TryGetValue(id, out var project) && project.Name == m.HarborProject && tools.IsOurs(m, project) && survey.Projects.ContainsKey(m.ProjectId))
        .Select(m => m.ProjectId);

    // Limits come by pages of all projects.
    private HashSet<string> AllOf(Survey survey) =>
        [.. Lookable(survey).SelectMany(id => (string[])[id + Members, id + Robots]), .. Enumerable.Range(1, PagesOf(survey.HarborProjects.Count)).Select(page => $"{Limits}{page:D4}")];

    private (HashSet<string> Looks, string Next) ShareOf(Survey survey, LastLook last)
    {
        var all = AllOf(survey);
        var there = Lookable(survey).ToHashSet(StringComparer.Ordinal);
        var looks = last.Again.Where(there.Contains).SelectMany(id => (string[])[id + Members, id + Robots]).ToHashSet(StringComparer.Ordinal);
        looks.UnionWith(last.Limits.Where(there.Contains).Select(id => id + Limit));
        var order = all.Order(StringComparer.Ordinal).ToList();
        var after = order.FindIndex(l => string.CompareOrdinal(l, last.Cursor) > 0) is >= 0 and var found ? found : 0;
        var share = Enumerable.Range(0, Math.Min(Math.Max(1, (survey.Pages / 2) - 1), order.Count)).Select(i => order[(after + i) % order.Count]).ToList();
        looks.UnionWith(share);
        return (looks, share.Count == 0 ? last.Cursor : share[^1]);
    }

    private async Task<Survey> ConfirmAsync(Survey survey, CancellationToken cancellationToken)
    {
        var comparer = new PlaceComparer(survey, tools);
        var doubtful = survey.Mappings.Values.Where(m => survey.Projects.ContainsKey(m.ProjectId) && comparer.LooksMissing(m)).Take(MaxConfirmed).ToList();
        if (doubtful.Count == 0)
        {
            return survey;
        }

        var projects = new ConcurrentDictionary<long, RegistryProject>(survey.HarborProjects);
        var users = new ConcurrentDictionary<long, RegistryUser>(survey.Users);
        await Parallel.ForEachAsync(doubtful, Few(cancellationToken), async (mapping, stop) =>
        {
            if (await tools.Harbor.FindProjectAsync(mapping.HarborProject, stop).ConfigureAwait(false) is { } project)
            {
                projects[project.Id] = project;
            }

            if (await tools.Accounts.FindUserAsync(mapping.UserName, stop).ConfigureAwait(false) is { } user)
            {
                users[user.Id] = user;
            }
        }).ConfigureAwait(false);
        return survey with { HarborProjects = projects, Users = users };
    }

    private async Task<Survey> LookAsync(Survey survey, HashSet<string> looks, Func<string, bool> withSecrets, CancellationToken cancellationToken)
    {
        var limits = await LimitsAsync(survey, looks, cancellationToken).ConfigureAwait(false);
        var found = new ConcurrentDictionary<string, CloseLook>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(survey.Mappings.Values, Few(cancellationToken), async (mapping, stop) =>
        {
            var members = looks.Contains(mapping.ProjectId + Members) ? await tools.Harbor.ListMembersAsync(mapping.HarborProject, stop).ConfigureAwait(false) : null;
            var robots = looks.Contains(mapping.ProjectId + Robots) ? await tools.Accounts.ListRobotsAsync(mapping.HarborProjectId!.Value, stop).ConfigureAwait(false) : null;
            if (members is not null || robots is not null)
            {
                found[mapping.ProjectId] = new CloseLook(robots, members, withSecrets(mapping.ProjectId) ? await RefusedAsync(survey, mapping, robots ?? [], stop).ConfigureAwait(false) : []);
            }
        }).ConfigureAwait(false);
        return survey with { Looks = found, Limits = limits };
    }

    private async Task<IReadOnlyDictionary<long, long>> LimitsAsync(Survey survey, HashSet<string> looks, CancellationToken cancellationToken)
    {
        var limits = new ConcurrentDictionary<long, long>();
        await Parallel.ForEachAsync(looks.Where(l => l.StartsWith(Limits, StringComparison.Ordinal)), Few(cancellationToken), async (look, stop) =>
        {
            foreach (var quota in await tools.Harbor.ListQuotasAsync(int.Parse(look.AsSpan(Limits.Length), CultureInfo.InvariantCulture), stop).ConfigureAwait(false))
            {
                limits[quota.ProjectId] = quota.Limit;
            }
        }).ConfigureAwait(false);
        var single = survey.Mappings.Values.Where(m => looks.Contains(m.ProjectId + Limit)).Select(m => m.HarborProjectId!.Value).Where(id => !limits.ContainsKey(id)).ToList();
        await Parallel.ForEachAsync(single, Few(cancellationToken), async (id, stop) =>
        {
            if (await tools.Harbor.FindQuotaAsync(id, stop).ConfigureAwait(false) is { } quota)
            {
                limits[id] = quota.Limit;
            }
        }).ConfigureAwait(false);
        return limits;
    }

    // Only what is there is asked: a missing robot's secret is refused for that reason, and each refusal takes 1.5 s.
    private async Task<ImmutableArray<string>> RefusedAsync(Survey survey, ProjectMapping mapping, IReadOnlyList<RobotAccount> robots, CancellationToken cancellationToken)
    {
        var refused = ImmutableArray.CreateBuilder<string>();
        foreach (var kind in (RobotKind[])[RobotKind.Pull, RobotKind.Push])
        {
            var kept = kind.Of(mapping);
            if (robots.Any(r => r.FullName == kept.FullName && !r.IsDisabled) && !await TakesAsync(mapping, kind.Place, kept.FullName!, kept.Secret, cancellationToken).ConfigureAwait(false))
            {
                refused.Add(kind.Place);
            }
        }

        if (mapping is { AuthMode: "db_auth", UserId: { } user } && survey.Users.ContainsKey(user) && !await TakesAsync(mapping, "user", mapping.UserName, mapping.Password, cancellationToken).ConfigureAwait(false))
        {
            refused.Add("user");
        }

        return refused.ToImmutable();
    }

    private async Task<bool> TakesAsync(ProjectMapping mapping, string place, string name, string? kept, CancellationToken cancellationToken) =>
        tools.Store.Open(mapping.ProjectId, place, kept) is { } secret && await tools.Accounts.AcceptsAsync(new HarborLogin(name, secret), cancellationToken).ConfigureAwait(false);

    private static ParallelOptions Few(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
}
