using Microsoft.Extensions.Options;
using Portal.Core.Audit;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Steps;

/// <summary>What the steps share.</summary>
internal sealed class MappingTools(IHarborClient harbor, IHarborAccounts accounts, MappingStore store, HarborInUse inUse, IOptions<HarborOptions> options, StepAudit audit, TimeProvider time)
{
    public IHarborClient Harbor => harbor;

    public IHarborAccounts Accounts => accounts;

    public MappingStore Store => store;

    public HarborOptions Options => options.Value;

    public TimeProvider Time => time;

    /// <summary>Gets what gives the name of the portal's account in the Harbor that is in use.</summary>
    public Func<string> Account => () => inUse.UserName;

    /// <summary>Gives the Harbor in use.</summary>
    public Task<HarborLink> LinkAsync(string operation, CancellationToken cancellationToken) => inUse.GetAsync(operation, cancellationToken);

    /// <summary>Gives the address that tells the project's Harbor user from others.</summary>
    public string EmailOf(string projectId) => $"{projectId}@{options.Value.EmailDomain}";

    /// <summary>Gives the description that tells the project's robots from others.</summary>
    public static string MarkOf(string projectId) => $"Container Platform Portal, project {projectId}";

    /// <summary>Says whether the Harbor project is the one that was made for this mapping.</summary>
    public bool IsOurs(ProjectMapping mapping, RegistryProject project) => mapping.HarborProjectId is { } id
        ? id == project.Id && (mapping.HarborProjectMadeAt is not { } made || (project.CreatedAt - made).Duration() < TimeSpan.FromSeconds(1))
        : project.OwnerName == inUse.UserName && project.CreatedAt >= mapping.IntentAt;

    /// <summary>Gives the mapping that the first step made.</summary>
    public async Task<ProjectMapping> MappingAsync(StepContext context, CancellationToken cancellationToken) =>
        await store.FindAsync(ProjectId(context), cancellationToken).ConfigureAwait(false)
        ?? throw new StepFailedException(Reason.Of("mapping.lost"), Actor.Platform);

    /// <summary>Changes the mapping, if it is still there.</summary>
    public async Task<ProjectMapping> ChangeAsync(StepContext context, Func<ProjectMapping, ProjectMapping> change, CancellationToken cancellationToken) =>
        await store.ChangeAsync(ProjectId(context), m => m is null ? null : change(m), cancellationToken).ConfigureAwait(false)
        ?? throw new StepFailedException(Reason.Of("mapping.lost"), Actor.Platform);

    /// <summary>Gives the Harbor project of the mapping; whoever changed it by hand is told.</summary>
    public async Task<RegistryProject> ProjectAsync(ProjectMapping mapping, CancellationToken cancellationToken)
    {
        var project = await harbor.FindProjectAsync(mapping.HarborProject, cancellationToken).ConfigureAwait(false)
            ?? throw new StepFailedException(Reason.Of("mapping.project-gone", ("project", mapping.HarborProject)), Actor.Platform);
        return IsOurs(mapping, project) ? project : throw Foreign("mapping.foreign-project", mapping.HarborProject);
    }

    /// <summary>Reports something of the same name that is somebody else's.</summary>
    public static StepFailedException Foreign(string code, string name) => new(Reason.Of(code, ("name", name)), Actor.Platform);

    public static string ProjectId(StepContext context) => context.Inputs<MappingInputs>().ProjectId;

    /// <summary>Says what the step has made.</summary>
    public static Task ReportAsync(StepContext context, string kind, string name, CancellationToken cancellationToken) =>
        context.ReportAsync(Reason.Of("mapping.made", ("kind", kind), ("name", name)), [new MadeObject(kind, name, true)], cancellationToken);

    /// <summary>Writes an audit entry in the name of who asked for the plan.</summary>
    public Task AuditAsync(StepContext context, string action, string name, CancellationToken cancellationToken) => audit.AuditAsync(context, action, name, cancellationToken);
}
