using Microsoft.Extensions.Logging;
using Portal.Core.Backends;

namespace Portal.Core.Provisioning;

/// <summary>Tells every observer; one that fails is logged.</summary>
internal sealed class PlanObservers(IEnumerable<IPlanObserver> observers, ILogger<PlanObservers> logger)
{
    public Task ActedAsync(Scope scope, PlanAction action, string subject, Plan? plan, string result, CancellationToken cancellationToken) =>
        EachAsync(plan?.Id ?? subject, o => o.ActedAsync(scope, action, subject, plan, result, cancellationToken));

    public Task EndedAsync(Plan plan, CancellationToken cancellationToken) => EachAsync(plan.Id, o => o.EndedAsync(plan, cancellationToken));

    private async Task EachAsync(string plan, Func<IPlanObserver, Task> tell)
    {
        foreach (var observer in observers)
        {
            try
            {
                await tell(observer).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                ProvisioningLog.ObserverFailed(logger, plan, e);
            }
        }
    }
}
