using System.Net;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Verification;

/// <summary>A robot that pulls: made, given a secret of ours, logged in, given a token. It is the run's second write, so it shows whether cookies are in the way.</summary>
internal sealed class RobotChecks(HarborProbe probe, RegistryChecks registry, Trial trial)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var access = new[] { new { Resource = "repository", Action = "pull" } };
        var body = new { Name = "pull", Duration = 1, Level = "project", Permissions = new[] { new { Kind = "project", Namespace = trial.Project, Access = access } } };
        var call = HarborProbe.Api(HttpMethod.Post, "/robots", body);
        HarborLogin? robot = null;
        try
        {
            var made = (await probe.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<RobotWire>();
            probe.Add(CheckResult.Pass("cookies", "cookies.ok", call));
            robot = new HarborLogin(made.Name, Trial.NewPassword());
            await probe.SendAsync(HarborProbe.Api(HttpMethod.Patch, $"/robots/{made.Id}", new { Secret = robot.Password }), cancellationToken).ConfigureAwait(false);
            probe.Add(CheckResult.Pass("robot", "robot.ok", call, ("robot", made.Name)));
        }
        catch (BackendException e)
        {
            var isCsrf = CheckResult.Says(e, "CSRF");
            robot = null;
            probe.Add(CheckResult.Of("robot", call, e));
            if (isCsrf)
            {
                probe.Add(CheckResult.Of("cookies", call, e));
            }
        }

        if (robot is null)
        {
            probe.Add(CheckResult.Skip("robot-login", "not-checked.no-robot"));
            probe.Add(CheckResult.Skip("token", "not-checked.no-robot"));
            return;
        }

        await LogInAsync(robot, cancellationToken).ConfigureAwait(false);
        await registry.TokenAsync(trial.Project, robot, cancellationToken).ConfigureAwait(false);
    }

    private async Task LogInAsync(HarborLogin robot, CancellationToken cancellationToken)
    {
        var call = HarborProbe.Call(HttpMethod.Get, "/v2/", null, ("account", "portal"));
        try
        {
            await probe.SendAsync(call, robot, cancellationToken).ConfigureAwait(false);
            probe.Add(CheckResult.Pass("robot-login", "robot-login.ok", call));
        }
        catch (BackendException e) when (e is { Status: HttpStatusCode.Unauthorized, IsPage: false })
        {
            probe.Add(CheckResult.Fail("robot-login", "robot-login.refused", call));
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("robot-login", call, e));
        }
    }

    private sealed record RobotWire(long Id, string Name);
}
