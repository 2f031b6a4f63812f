using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Receivers;
using Portal.Shared;

namespace Portal.Monitoring.Receivers;

/// <summary>Who is told by the project's clusters, and the receiver that is being written.</summary>
public sealed class ReceiversModel(IAlertReceivers receivers, Scope scope, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Asking _asking = new();

    /// <summary>Gets what the clusters answered, also before.</summary>
    public SeenLists<ClusterReceivers> Seen { get; } = new(time);

    /// <summary>Gets what came.</summary>
    public Loadable<IReadOnlyList<ClusterReceivers>> All => Seen.All;

    /// <summary>Gets the form, or null while it is closed.</summary>
    public ReceiverForm? Form { get; private set; }

    /// <summary>Gets what is to be corrected.</summary>
    public ImmutableArray<FieldError> Errors { get; private set; } = [];

    /// <summary>Gets what is waited for in Alertmanager, or null.</summary>
    public string? Waiting { get; private set; }

    /// <summary>Gets what Alertmanager took last, or null.</summary>
    public string? Loaded { get; private set; }

    /// <summary>Gets why Alertmanager has not taken what was written, or null.</summary>
    public string? WhyNot { get; private set; }

    /// <summary>Gets whether Alertmanager refused what was written, so that it was taken back.</summary>
    public bool IsTakenBack { get; private set; }

    /// <summary>Gets the receiver that is tested now, or null.</summary>
    public string? Testing { get; private set; }

    /// <summary>Gets the last test and its receiver, or null.</summary>
    public (AlertReceiver Receiver, ReceiverTrial Trial)? Trial { get; private set; }

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets whether something is under way.</summary>
    public bool IsBusy => _asking.IsBusy || Waiting is not null || Testing is not null;

    /// <summary>Gets whether the person may write receivers.</summary>
    public bool MayChange => scope.Can(Capability.Write);

    /// <summary>Reads them.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => Seen.ReadAsync(() => receivers.ListAsync(scope, cancellationToken));

    /// <summary>Reads them again, for a page that follows: at most some seconds old.</summary>
    public Task FollowAsync(CancellationToken cancellationToken) => Seen.ReadAsync(() => receivers.ListLatelyAsync(scope, cancellationToken));

    /// <summary>Opens the form for a new one.</summary>
    public void New()
    {
        Begin();
        Form = new ReceiverForm();
        Form.Clusters.UnionWith((All.Value ?? []).Where(c => c is { CanTake: true, Failure: null }).Select(c => c.ClusterId));
    }

    /// <summary>Opens the form for one that is there.</summary>
    public void Edit(string clusterId, AlertReceiver receiver)
    {
        Begin();
        Form = ReceiverForm.Of(clusterId, receiver);
    }

    /// <summary>Closes the form and forgets what was typed.</summary>
    public void Close() => Form = null;

    /// <summary>Gives the errors of a field.</summary>
    public IEnumerable<FieldError> ErrorsOf(string field) => Errors.Where(e => e.Field == field);

    /// <summary>Writes it to the chosen clusters, and waits until their Alertmanagers have it.</summary>
    public async Task SaveAsync(Func<Task> changed, CancellationToken cancellationToken)
    {
        if (Form is not { } form)
        {
            return;
        }

        Begin();
        if (form.Clusters.Count == 0)
        {
            Errors = [FieldError.Of("cluster", "silence-no-cluster")];
            return;
        }

        var (draft, written) = (form.ToDraft(), new List<string>());
        foreach (var cluster in form.Clusters.Order(StringComparer.Ordinal).ToList())
        {
            if (!await AskAsync(() => receivers.SaveAsync(scope, cluster, draft, cancellationToken)))
            {
                break;
            }

            // What is written is not written again when another cluster needs a correction.
            written.Add(cluster);
            form.Clusters.Remove(cluster);
        }

        if (form.Clusters.Count == 0)
        {
            Close();
        }

        await WaitAsync(written, draft.Name, changed, cancellationToken);
    }

    /// <summary>Takes one away, and waits until Alertmanager has it no more.</summary>
    public async Task RemoveAsync(string clusterId, string name, Func<Task> changed, CancellationToken cancellationToken)
    {
        Begin();
        if (await AskAsync(() => receivers.RemoveAsync(scope, clusterId, name, cancellationToken)))
        {
            await WaitAsync([clusterId], name, changed, cancellationToken);
        }
    }

    /// <summary>Sends a test to one.</summary>
    public async Task TestAsync(string clusterId, AlertReceiver receiver, Func<Task> changed, CancellationToken cancellationToken)
    {
        Begin();
        Testing = receiver.Name;
        await changed();
        try
        {
            await AskAsync(async () => Trial = (receiver, await receivers.TestAsync(scope, clusterId, receiver.Name, cancellationToken)));
        }
        finally
        {
            Testing = null;
        }
    }

    private void Begin() => (Errors, Loaded, WhyNot, IsTakenBack, Trial) = ([], null, null, false, null);

    // The Secret gets into the pod by the kubelet, which takes its time.
    private async Task WaitAsync(List<string> clusters, string name, Func<Task> changed, CancellationToken cancellationToken)
    {
        if (clusters.Count == 0)
        {
            return;
        }

        var (refused, until) = (_asking.Refused, time.GetUtcNow() + Patience);
        Waiting = name;
        await changed();
        try
        {
            while (clusters.Count > 0)
            {
                ReceiverLoading? loading = null;
                await _asking.RunAsync(async () => loading = await receivers.LoadAsync(scope, clusters[0], cancellationToken));
                if (loading is { IsLoaded: true })
                {
                    clusters.RemoveAt(0);
                    continue;
                }

                if (loading?.WhyNot is not null || time.GetUtcNow() > until)
                {
                    (WhyNot, IsTakenBack) = (loading?.WhyNot ?? ReceiversText.TakesLong, loading?.WhyNot is not null);
                    break;
                }

                await Task.Delay(Pause, time, cancellationToken);
            }
        }
        finally
        {
            Waiting = null;
        }

        Loaded = WhyNot is null && refused is null ? name : null;
        await LoadAsync(cancellationToken);
    }

    private async Task<bool> AskAsync(Func<Task> ask)
    {
        try
        {
            return await _asking.RunAsync(ask);
        }
        catch (ClusterInvalidException wrong)
        {
            Errors = wrong.Errors;
            return false;
        }
    }
}
