using Portal.Core.Backends;
using Portal.Core.Monitoring.Looks;

namespace Portal.Tests.Support.Fakes;

/// <summary>What was in a range, as a test sets it.</summary>
internal sealed class FakeLooks : ILookLogs, ILookEvents, ILookDeliveries, ILookNodes
{
    public List<LookQuestion> Asked { get; } = [];

    public LookQuestion? AskedDeliveries { get; private set; }

    public LookLogs Logs { get; set; } = new([], 0, []);

    public LookPart<LookEvent> Events { get; set; } = new([], 0, []);

    public LookPart<LookDelivery> Deliveries { get; set; } = new([], 0, []);

    public LookPart<NodeChange> Nodes { get; set; } = new([], 0, []);

    public Exception? LogsFailure { get; set; }

    public TaskCompletionSource? HoldEvents { get; set; }

    async Task<LookLogs> ILookLogs.ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        Asked.Add(question);
        await Task.Yield();
        return LogsFailure is null ? Logs : throw LogsFailure;
    }

    async Task<LookPart<LookEvent>> ILookEvents.ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken)
    {
        await (HoldEvents?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask);
        return Events;
    }

    Task<LookPart<LookDelivery>> ILookDeliveries.ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken)
    {
        AskedDeliveries = question;
        return Task.FromResult(Deliveries);
    }

    Task<LookPart<NodeChange>> ILookNodes.ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken) => Task.FromResult(Nodes);
}
