using System.Globalization;
using System.Net;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Verification;

/// <summary>What the portal does for every project, done once in a project of the run's own that is taken away again.</summary>
internal sealed class TrialChecks(HarborProbe probe, RegistryChecks registry, bool hasLocalUsers)
{
    private const string Nested = "web%252Fportal-verify";
    private readonly Trial trial = new(probe);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TryAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            probe.Add(await trial.CleanUpAsync().ConfigureAwait(false));
        }

        probe.SkipRest("not-checked.no-project");
    }

    /// <summary>What can be known without making anything: names with slashes, in a project that is there.</summary>
    public async Task ReadOnlyAsync(CancellationToken cancellationToken)
    {
        var call = HarborProbe.Api(HttpMethod.Get, "/projects", null, ("page_size", "1"));
        try
        {
            var projects = (await probe.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<ProjectWire[]>();
            if (projects is [{ Name: { } name }, ..])
            {
                await SlashesAsync(name, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("slashes", call, e));
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        var body = new { ProjectName = trial.Project, Metadata = new { Public = "false" }, probe.Target.StorageLimit };
        var call = HarborProbe.Api(HttpMethod.Post, "/projects", body);
        if (await probe.CheckAsync("project", call, _ => CheckResult.Pass("project", "project.ok", call, ("project", trial.Project)), cancellationToken).ConfigureAwait(false))
        {
            await SlashesAsync(trial.Project, cancellationToken).ConfigureAwait(false);
            await QuotaAsync(cancellationToken).ConfigureAwait(false);
            await new RobotChecks(probe, registry, trial).RunAsync(cancellationToken).ConfigureAwait(false);
            await PeopleAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // The repository is not there; the words of the refusal show what came through the proxies in front.
    private async Task SlashesAsync(string project, CancellationToken cancellationToken)
    {
        var call = HarborProbe.Api(HttpMethod.Get, $"/projects/{Uri.EscapeDataString(project)}/repositories/{Nested}");
        try
        {
            await probe.SendAsync(call, cancellationToken).ConfigureAwait(false);
            probe.Add(CheckResult.Fail("slashes", "slashes.other", call, ("answer", "200")));
        }
        catch (BackendException e) when (e is { Status: HttpStatusCode.NotFound, IsPage: false, Answer: not null })
        {
            probe.Add(e.Answer.StartsWith("path ", StringComparison.Ordinal) ? CheckResult.Fail("slashes", "slashes.decoded", call, ("answer", e.Answer))
                : e.Answer.Contains('%', StringComparison.Ordinal) ? CheckResult.Fail("slashes", "slashes.encoded", call, ("answer", e.Answer))
                : e.Answer.Contains("web/portal-verify", StringComparison.Ordinal) ? CheckResult.Pass("slashes", "slashes.ok", call)
                : CheckResult.Fail("slashes", "slashes.other", call, ("answer", e.Answer)));
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("slashes", call, e));
        }
    }

    private async Task QuotaAsync(CancellationToken cancellationToken)
    {
        var call = HarborProbe.Api(HttpMethod.Put, "/quotas");
        try
        {
            var project = (await probe.SendAsync(trial.Of(HttpMethod.Get), cancellationToken).ConfigureAwait(false)).Read<ProjectWire>();
            var first = await ReadQuotaAsync(project.ProjectId, cancellationToken).ConfigureAwait(false);
            var wanted = Math.Max(1, probe.Target.StorageLimit) + 4096;
            call = HarborProbe.Api(HttpMethod.Put, $"/quotas/{first.Id}", new { Hard = new { Storage = wanted } });
            await probe.SendAsync(call, cancellationToken).ConfigureAwait(false);
            var second = await ReadQuotaAsync(project.ProjectId, cancellationToken).ConfigureAwait(false);
            probe.Add(first.Hard.Storage == probe.Target.StorageLimit && second.Hard.Storage == wanted
                ? CheckResult.Pass("quota", "quota.ok", call, ("limit", Text(first.Hard.Storage)))
                : CheckResult.Fail("quota", "quota.ignored", call, ("wanted", Text(probe.Target.StorageLimit)), ("limit", Text(first.Hard.Storage)), ("later", Text(second.Hard.Storage))));
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("quota", call, e));
        }
    }

    private async Task<QuotaWire> ReadQuotaAsync(long projectId, CancellationToken cancellationToken)
    {
        var call = HarborProbe.Api(HttpMethod.Get, "/quotas", null, ("reference", "project"), ("reference_id", Text(projectId)));
        return (await probe.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<QuotaWire[]>().FirstOrDefault()
            ?? throw new BackendException(HarborHttp.Backend, call.Operation, BackendFailure.Unexpected, "the project has no quota", HttpStatusCode.OK);
    }

    private async Task PeopleAsync(CancellationToken cancellationToken)
    {
        var hasUsers = hasLocalUsers && await MakeUserAsync(trial.Member, "user", cancellationToken).ConfigureAwait(false);
        if (hasUsers)
        {
            var call = trial.Of(HttpMethod.Post, "/members", new { RoleId = (int)MemberRole.Developer, MemberUser = new { Username = trial.Member.UserName } });
            await probe.CheckAsync("member", call, _ => CheckResult.Pass("member", "member.ok", call), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var why = hasLocalUsers ? "not-checked.no-user" : "not-checked.no-local-users";
            probe.Add(CheckResult.Skip("member", why));
            if (!hasLocalUsers)
            {
                probe.Add(CheckResult.Skip("user", why));
            }
        }

        await IsolationAsync(hasUsers, cancellationToken).ConfigureAwait(false);
    }

    private Task<bool> MakeUserAsync(HarborLogin user, string check, CancellationToken cancellationToken)
    {
        var call = NewUser(user);
        return probe.CheckAsync(check, call, _ => CheckResult.Pass(check, "user.ok", call), cancellationToken);
    }

    private static BackendCall NewUser(HarborLogin user) => HarborProbe.Api(
        HttpMethod.Post, "/users", new { Username = user.UserName, Email = user.UserName + "@projects.invalid", Realname = "Connection test", user.Password, Comment = "Connection test" });

    // Nobody, and somebody who is no member, must not see the private project; its member must.
    private async Task IsolationAsync(bool hasUsers, CancellationToken cancellationToken)
    {
        var call = trial.Of(HttpMethod.Get);
        try
        {
            var nobody = await StatusAsync(null, cancellationToken).ConfigureAwait(false);
            var (stranger, member) = (nobody, HttpStatusCode.OK);
            if (hasUsers)
            {
                await probe.SendAsync(NewUser(trial.Stranger), cancellationToken).ConfigureAwait(false);
                stranger = await StatusAsync(trial.Stranger, cancellationToken).ConfigureAwait(false);
                member = await StatusAsync(trial.Member, cancellationToken).ConfigureAwait(false);
            }

            probe.Add((nobody, stranger, member) switch
            {
                (HttpStatusCode.OK, _, _) => CheckResult.Fail("isolation", "isolation.everybody", call),
                (_, HttpStatusCode.OK, _) => CheckResult.Fail("isolation", "isolation.stranger", call),
                (_, _, not HttpStatusCode.OK) => CheckResult.Fail("isolation", "isolation.member", call, ("status", Text((long)member))),
                _ => CheckResult.Pass("isolation", hasUsers ? "isolation.ok" : "isolation.anonymous", call),
            });
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("isolation", call, e));
        }
    }

    private async Task<HttpStatusCode> StatusAsync(HarborLogin? login, CancellationToken cancellationToken)
    {
        try
        {
            return (await probe.SendAsync(trial.Of(HttpMethod.Get), login, cancellationToken).ConfigureAwait(false)).Status;
        }
        catch (BackendException e) when (e is { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound, IsPage: false })
        {
            return e.Status.Value;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record ProjectWire(long ProjectId, string? Name);

    private sealed record QuotaWire(long Id, AmountWire Hard);

    private sealed record AmountWire(long Storage);
}
