using System.Collections.Immutable;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Steps;

/// <summary>A robot account of a mapping: its name, where it is kept, what it may do.</summary>
internal sealed record RobotKind(string Place, string Name, ImmutableArray<(string Resource, string Action)> Rights)
{
    // Pulling alone does not let a robot list.
    private static readonly ImmutableArray<(string, string)> Reading =
        [("repository", "pull"), ("repository", "list"), ("repository", "read"), ("artifact", "list"), ("artifact", "read"), ("tag", "list")];

    public static RobotKind Pull { get; } = new("pull", "portal-pull", Reading);

    public static RobotKind Push { get; } = new("push", "portal-push", [.. Reading, ("repository", "push"), ("artifact", "create"), ("tag", "create")]);

    /// <summary>Gives its name behind the plus: a renewed one has another name than the first.</summary>
    public string NameIn(ProjectMapping mapping) => Of(mapping).Name ?? Name;

    public MappedRobot Of(ProjectMapping mapping) => this == Pull ? mapping.Pull : mapping.Push;

    public ProjectMapping Put(ProjectMapping mapping, MappedRobot robot) => this == Pull ? mapping with { Pull = robot } : mapping with { Push = robot };
}

/// <summary>Makes a robot account with a secret that was kept before; a secret that Harbor does not take any more is replaced.</summary>
internal sealed class CreateRobotStep(MappingTools tools, RobotKind kind) : MappingStep(tools.Account)
{
    public override string Id => IdOf(kind);

    public override IReadOnlyList<string> DependsOn => [CreateProjectStep.StepId];

    public static string IdOf(RobotKind kind) => $"mapping.{kind.Place}-robot";

    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        var mapping = await tools.Store.FindAsync(MappingTools.ProjectId(context), cancellationToken).ConfigureAwait(false);
        if (mapping is null)
        {
            return;
        }

        var project = await tools.Harbor.FindProjectAsync(mapping.HarborProject, cancellationToken).ConfigureAwait(false);
        if (project is { RepositoryCount: > 0 } && tools.IsOurs(mapping, project))
        {
            // Not empty: the project stays, and what pulls from it.
            return;
        }

        if (project is not null && tools.IsOurs(mapping, project) && await new RobotMaker(tools, context, mapping, project).FindOwnAsync(kind.NameIn(mapping), cancellationToken).ConfigureAwait(false) is { } robot)
        {
            await tools.Accounts.DeleteRobotAsync(robot.Id, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.robot.delete", robot.FullName, cancellationToken).ConfigureAwait(false);
        }

        await tools.ChangeAsync(context, m => kind.Put(m, new MappedRobot()), cancellationToken).ConfigureAwait(false);
    }

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var mapping = await KeepSecretAsync(context, cancellationToken).ConfigureAwait(false);
        var project = await tools.ProjectAsync(mapping, cancellationToken).ConfigureAwait(false);
        var secret = tools.Store.Open(mapping.ProjectId, kind.Place, kind.Of(mapping).Secret)!;
        var robot = await new RobotMaker(tools, context, mapping, project).EnsureAsync(kind.NameIn(mapping), kind.Rights, secret, cancellationToken).ConfigureAwait(false);
        await tools.ChangeAsync(context, m => kind.Put(m, kind.Of(m) with { Id = robot.Id, FullName = robot.FullName }), cancellationToken).ConfigureAwait(false);
        await context.KeepAsync("robot", robot.FullName, cancellationToken).ConfigureAwait(false);
        await MappingTools.ReportAsync(context, "Harbor robot account", robot.FullName, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    private async Task<ProjectMapping> KeepSecretAsync(StepContext context, CancellationToken cancellationToken)
    {
        var fresh = tools.Store.NewSecret(MappingTools.ProjectId(context), kind.Place);
        return await tools.ChangeAsync(
            context,
            m => tools.Store.Open(m.ProjectId, kind.Place, kind.Of(m).Secret) is null ? kind.Put(m, kind.Of(m) with { Secret = fresh }) : m,
            cancellationToken).ConfigureAwait(false);
    }
}
