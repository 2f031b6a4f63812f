using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Receivers;

namespace Portal.Tests.Support.Fakes;

/// <summary>Receivers that a test sets.</summary>
internal sealed class FakeReceivers : IAlertReceivers
{
    public List<ClusterReceivers> Lists { get; } = [];

    public List<(string ClusterId, ReceiverDraft Draft)> Saved { get; } = [];

    public List<string> Removed { get; } = [];

    public Exception? Refusal { get; set; }

    public BackendException? Failure { get; set; }

    public int Reads { get; private set; }

    public ReceiverLoading Loading { get; set; } = new(true, null);

    public ReceiverTrial Trial { get; set; } = new(TrialOutcome.Delivered);

    public Task<ImmutableArray<ClusterReceivers>> ListLatelyAsync(Scope scope, CancellationToken cancellationToken) => ListAsync(scope, cancellationToken);

    public Task<ImmutableArray<ClusterReceivers>> ListAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        Reads++;
        return Failure is null ? Task.FromResult<ImmutableArray<ClusterReceivers>>([.. Lists]) : throw Failure;
    }

    public Task SaveAsync(Scope scope, string clusterId, ReceiverDraft draft, CancellationToken cancellationToken)
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }

        Saved.Add((clusterId, draft));
        return Task.CompletedTask;
    }

    public Task RemoveAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken)
    {
        Removed.Add(name);
        return Task.CompletedTask;
    }

    public Task<ReceiverLoading> LoadAsync(Scope scope, string clusterId, CancellationToken cancellationToken) => Task.FromResult(Loading);

    public Task<ReceiverTrial> TestAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken) => Task.FromResult(Trial);
}
