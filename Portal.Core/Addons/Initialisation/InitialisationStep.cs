using System.Collections.Immutable;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Initialisation;

/// <summary>What the steps of a cluster's initialisation share.</summary>
public sealed class InitialisationTools(IPlatformScope platform, IClusterConnector connector, AddonCatalog catalog, IAlertTokens alerts)
{
    /// <summary>Gets the manifests.</summary>
    public AddonCatalog Catalog { get; } = catalog;

    /// <summary>Gets access to clusters.</summary>
    public IClusterConnector Connector { get; } = connector;

    /// <summary>Gets who learns by which token a cluster's Alertmanager speaks.</summary>
    public IAlertTokens Alerts { get; } = alerts;

    /// <summary>Gives the portal's own scope in the plan's project, in the name of who asked.</summary>
    public Task<Scope> ScopeAsync(StepContext context, CancellationToken cancellationToken) => platform.ForProjectAsync(
        context.Plan.Region, context.Plan.ProjectId, $"plan/{context.Plan.Id} {context.Step.Id}", context.Plan.RequestedBy, cancellationToken);

    /// <summary>Gives the cluster's API as the portal.</summary>
    public Task<IKubernetesApi> ApiAsync(StepContext context, CancellationToken cancellationToken) =>
        Connector.AsPortalAsync(Key(context), cancellationToken);

    internal static ClusterKey Key(StepContext context) =>
        new(context.Plan.Region, context.Plan.ProjectId, context.Inputs<InitialisationInputs>().ClusterId);
}

/// <summary>A step of a cluster's initialisation.</summary>
internal abstract class InitialisationStep : IProvisioningStep
{
    public abstract string Id { get; }

    public virtual int Version => 1;

    public string PlanKind => ClusterPlans.Initialisation;

    public abstract string Phase { get; }

    public abstract IReadOnlyList<string> DependsOn { get; }

    public virtual TimeSpan Timeout => TimeSpan.FromMinutes(5);

    public virtual bool AppliesTo(JsonElement inputs) => true;

    public abstract Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken);

    public virtual Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>An API that does not answer is an answer of its own: nothing is left to undo there that could be reached.</summary>
    protected static async Task<IKubernetesApi?> ReachableAsync(InitialisationTools tools, StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await tools.ApiAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            return null;
        }
    }

    protected static ClusterKey Key(StepContext context) => InitialisationTools.Key(context);

    protected static Task ReportAsync(StepContext context, string code, ImmutableArray<MadeObject> made, CancellationToken cancellationToken) =>
        context.ReportAsync(Reason.Of(code), made, cancellationToken);
}
