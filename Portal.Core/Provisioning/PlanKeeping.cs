using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Portal.Core.Live;
using Portal.Core.Storage;

namespace Portal.Core.Provisioning;

/// <summary>What all journals of an engine share.</summary>
internal sealed class PlanKeeping(IDocumentStore store, IChangeBus bus, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private readonly ConcurrentDictionary<Task, byte> underWay = new();

    public IDocumentStore Store => store;

    /// <summary>Waits for what is being read or written now.</summary>
    public Task QuietAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(underWay.Keys).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).WaitAsync(cancellationToken);

    /// <summary>Tries until the storage answers or the engine stops: a step that ran is not run again because a write failed once.</summary>
    public async Task<T> InsistAsync<T>(Func<Task<T>> use)
    {
        for (var wait = TimeSpan.FromMilliseconds(200); ; wait = wait < TimeSpan.FromSeconds(20) ? wait * 2 : wait)
        {
            try
            {
                return await CountedAsync(use()).ConfigureAwait(false);
            }
            catch (StorageException e) when (e is not NewerSchemaException)
            {
                ProvisioningLog.StorageFails(logger, e);
            }

            await Task.Delay(wait, time, stopping).ConfigureAwait(false);
        }
    }

    private async Task<T> CountedAsync<T>(Task<T> use)
    {
        underWay[use] = 0;
        try
        {
            return await use.ConfigureAwait(false);
        }
        finally
        {
            underWay.TryRemove(use, out _);
        }
    }

    public async Task TellAsync(Plan plan)
    {
        await bus.PublishAsync(PlanTopics.Plan(plan.Id), CancellationToken.None).ConfigureAwait(false);
        await bus.PublishAsync(PlanTopics.InProject(plan), CancellationToken.None).ConfigureAwait(false);
    }
}
