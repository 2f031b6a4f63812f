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
    private const int AtOnce = 4;

    public override string Id => StepId;

    public override string PlanKind => MappingPlans.PullRenewal;

    public override IReadOnlyList<string> DependsOn => [RenewRobotStep.StepId];

    // Both credentials work: nothing has to be taken back.
    public override Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await GiveAsync(tools, holders, context, cancellationToken).ConfigureAwait(false) is { } left)
        {
            return StepResult.NotYet(left, TimeSpan.FromSeconds(30));
        }

        await context.KeepAsync(GivenOutput, tools.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture), cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    /// <summary>Gives it to all; null when all have it, else which do not.</summary>
    internal static async Task<Reason?> GiveAsync(MappingTools tools, IPullSecretHolders holders, StepContext context, CancellationToken cancellationToken)
    {
        var mapping = await tools.MappingAsync(context, cancellationToken).ConfigureAwait(false);
        if (mapping.Pull.FullName is not { } name || tools.Store.Open(mapping.ProjectId, RobotKind.Pull.Place, mapping.Pull.Secret) is not { } secret)
        {
            throw new StepFailedException(Reason.Of("mapping.lost"), Actor.Platform);
        }

        var credential = new RegistryCredential(mapping.RegistryHost, name, secret);
        var clusters = await holders.ListAsync(mapping.ProjectId, cancellationToken).ConfigureAwait(false);
        using var free = new SemaphoreSlim(AtOnce);
        var failures = await Task.WhenAll(clusters.Select(c => TryAsync(free, holders, c, credential, cancellationToken))).ConfigureAwait(false);
        var left = clusters.Zip(failures).Where(c => c.Second is not null).ToList();
        return left.Count == 0 ? null : Reason.Of(
            "mapping.clusters-without-secret", ("count", left.Count.ToString(CultureInfo.InvariantCulture)), ("clusters", string.Join(", ", left.Take(5).Select(c => c.First.ClusterId))),
            ("answer", left[0].Second!.Answer ?? left[0].Second!.Failure.ToString()));
    }

    private static async Task<BackendException?> TryAsync(SemaphoreSlim free, IPullSecretHolders holders, ClusterKey cluster, RegistryCredential credential, CancellationToken cancellationToken)
    {
        await free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await holders.RenewAsync(cluster, credential, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (BackendException e)
        {
            return e;
        }
        finally
        {
            free.Release();
        }
    }
}
