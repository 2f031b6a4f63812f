using Portal.Core.Backends;

namespace Portal.Core.Registry.Verification;

/// <inheritdoc />
internal sealed class HarborVerification(BackendHttp http, TimeProvider time) : IHarborVerification
{
    public async Task<VerificationReport> RunAsync(HarborTarget target, Action<CheckResult> told, CancellationToken cancellationToken)
    {
        var probe = new HarborProbe(http, target, told, time);
        await RunAsync(probe, cancellationToken).ConfigureAwait(false);
        return new VerificationReport(target.Url, time.GetUtcNow(), probe.Results);
    }

    private static async Task RunAsync(HarborProbe probe, CancellationToken cancellationToken)
    {
        if (!await new ReachChecks(probe).RunAsync(cancellationToken).ConfigureAwait(false))
        {
            probe.SkipRest("not-checked.unreachable");
            return;
        }

        var system = new SystemChecks(probe);
        if (!await system.RunAsync(cancellationToken).ConfigureAwait(false))
        {
            probe.SkipRest("not-checked.account");
            return;
        }

        var registry = new RegistryChecks(probe);
        await registry.RunAsync(cancellationToken).ConfigureAwait(false);
        var trial = new TrialChecks(probe, registry, system.HasLocalUsers);
        if (probe.Target.IsReadOnly || system.IsReadOnly)
        {
            await trial.ReadOnlyAsync(cancellationToken).ConfigureAwait(false);
            probe.SkipRest(probe.Target.IsReadOnly ? "not-checked.read-only-run" : "not-checked.read-only-mode");
            return;
        }

        await trial.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
