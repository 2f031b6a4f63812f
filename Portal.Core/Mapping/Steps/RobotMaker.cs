using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Steps;

/// <summary>Makes robot accounts of one mapping's Harbor project, and finds them again.</summary>
internal sealed class RobotMaker(MappingTools tools, StepContext context, ProjectMapping mapping, RegistryProject project)
{
    /// <summary>Sees to it that the robot is there and that Harbor takes its secret, which was kept before.</summary>
    /// <exception cref="StepFailedException">It is somebody else's, or somebody switched it off.</exception>
    public async Task<RobotAccount> EnsureAsync(string name, ImmutableArray<(string Resource, string Action)> rights, string secret, CancellationToken cancellationToken)
    {
        var robot = await FindOwnAsync(name, cancellationToken).ConfigureAwait(false);
        if (robot is null)
        {
            robot = await CreateAsync(name, rights, cancellationToken).ConfigureAwait(false);
            await tools.Accounts.SetRobotSecretAsync(robot.Id, secret, cancellationToken).ConfigureAwait(false);
        }
        else if (robot.IsDisabled)
        {
            throw new StepFailedException(Reason.Of("mapping.robot-disabled", ("name", robot.FullName)), Actor.Platform);
        }
        else if (!await tools.Accounts.AcceptsAsync(new HarborLogin(robot.FullName, secret), cancellationToken).ConfigureAwait(false))
        {
            await tools.Accounts.SetRobotSecretAsync(robot.Id, secret, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.robot.secret", robot.FullName, cancellationToken).ConfigureAwait(false);
        }

        return robot;
    }

    /// <summary>Gives the robot, or null. The full name's beginning is a setting of Harbor's; what follows the plus is ours, and plus signs are in no given name.</summary>
    /// <exception cref="StepFailedException">It is somebody else's.</exception>
    public async Task<RobotAccount?> FindOwnAsync(string name, CancellationToken cancellationToken)
    {
        var robots = await tools.Accounts.ListRobotsAsync(project.Id, cancellationToken).ConfigureAwait(false);
        var robot = robots.FirstOrDefault(r => r.FullName.EndsWith("+" + name, StringComparison.Ordinal));
        return robot is null || robot.Description == MappingTools.MarkOf(mapping.ProjectId) ? robot : throw MappingTools.Foreign("mapping.foreign-robot", robot.FullName);
    }

    private async Task<RobotAccount> CreateAsync(string name, ImmutableArray<(string Resource, string Action)> rights, CancellationToken cancellationToken)
    {
        try
        {
            var wanted = new NewRobotAccount(project.Name, name, MappingTools.MarkOf(mapping.ProjectId), rights);
            var (_, login) = await tools.Accounts.CreateRobotAsync(wanted, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.robot.create", login.UserName, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
        {
            // The other runner was first.
        }

        return await FindOwnAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new BackendException("harbor", "create robot account", BackendFailure.Broken, "the robot account is not there although it was created");
    }
}
