using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping.Steps;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.PullRenewal;

/// <summary>Gives the new credential to every cluster of the project. One that does not answer is waited for: the credential of before works until all have the new one.</summary>
internal sealed class GiveSecretStep(MappingTools tools, IPullSecretHolders holders) : MappingStep(tools.Account)
{
    public const string StepId = "pull-renewal.clusters";
    internal const string GivenOutput = "given";
    internal const string HaveItOutput = "have-it";
    private const int AtOnce = 8;
    private const int Named = 5;

    // A silent cluster costs half a minute, eight at once.
    public override TimeSpan Timeout => TimeSpan.FromMinutes(20);

    public override string Id => StepId;

    public override string PlanKind => MappingPlans.PullRenewal;

    public override IReadOnlyList<string> DependsOn => [RenewRobotStep.StepId];

    // Both credentials work: nothing has to be taken back.
    public override Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await GiveAsync(tools, holders, context, Id, cancellationToken).ConfigureAwait(false) is { } left)
        {
            return StepResult.NotYet(left, TimeSpan.FromSeconds(30));
        }

        await context.KeepAsync(GivenOutput, tools.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture), cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    /// <summary>Gives it to all; null when all have it, else which do not. Which have it is kept as it goes, so that the next attempt asks the others only.</summary>
    internal static async Task<Reason?> GiveAsync(MappingTools tools, IPullSecretHolders holders, StepContext context, string stepId, CancellationToken cancellationToken)
    {
        var mapping = await tools.MappingAsync(context, cancellationToken).ConfigureAwait(false);
        if (mapping.Pull.FullName is not { } name || tools.Store.Open(mapping.ProjectId, RobotKind.Pull.Place, mapping.Pull.Secret) is not { } secret)
        {
            throw new StepFailedException(Reason.Of("mapping.lost"), Actor.Platform);
        }

        var credential = new RegistryCredential(mapping.RegistryHost, name, secret);
        var have = (context.Output(stepId, HaveItOutput) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var wanting = (await holders.ListAsync(mapping.ProjectId, cancellationToken).ConfigureAwait(false)).Where(c => !have.Contains(c.ClusterId)).ToList();
        using var free = new SemaphoreSlim(AtOnce);
        var left = new List<(ClusterKey Cluster, BackendException Why)>();
        await foreach (var tried in Task.WhenEach(wanting.Select(c => TryAsync(free, holders, c, credential, cancellationToken))).ConfigureAwait(false))
        {
            var (cluster, why) = await tried.ConfigureAwait(false);
            if (why is not null)
            {
                left.Add((cluster, why));
                continue;
            }

            have.Add(cluster.ClusterId);
            await context.KeepAsync(HaveItOutput, string.Join(' ', have), cancellationToken).ConfigureAwait(false);
        }

        return left.Count == 0 ? null : await TellAsync(holders, left, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Reason> TellAsync(IPullSecretHolders holders, List<(ClusterKey Cluster, BackendException Why)> left, CancellationToken cancellationToken)
    {
        var names = await Task.WhenAll(left.Take(Named).Select(l => holders.NameAsync(l.Cluster, cancellationToken))).ConfigureAwait(false);
        return Reason.Of(
            "mapping.clusters-without-secret", ("count", left.Count.ToString(CultureInfo.InvariantCulture)), ("clusters", string.Join(", ", names.Order(StringComparer.CurrentCulture))),
            ("answer", left[0].Why.Answer ?? left[0].Why.Failure.ToString()));
    }

    private static async Task<(ClusterKey Cluster, BackendException? Why)> TryAsync(SemaphoreSlim free, IPullSecretHolders holders, ClusterKey cluster, RegistryCredential credential, CancellationToken cancellationToken)
    {
        await free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await holders.RenewAsync(cluster, credential, cancellationToken).ConfigureAwait(false);
            return (cluster, null);
        }
        catch (BackendException e)
        {
            return (cluster, e);
        }
        finally
        {
            free.Release();
        }
    }
}
