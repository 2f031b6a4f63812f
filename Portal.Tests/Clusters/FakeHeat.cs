using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Heat;

namespace Portal.Tests.Clusters;

/// <summary>A Heat with what a test puts into it.</summary>
internal sealed class FakeHeat : IHeatClient
{
    public List<StackResource> Resources { get; } = [];

    public BackendException? Failure { get; set; }

    public int Asked { get; private set; }

    public Task<Stack?> FindStackAsync(Scope scope, string stackId, CancellationToken cancellationToken)
    {
        Asked++;
        return Failure is null ? Task.FromResult<Stack?>(new Stack(stackId, "stack", "CREATE_IN_PROGRESS", "")) : throw Failure;
    }

    public Task<IReadOnlyList<StackEvent>> ListEventsAsync(Scope scope, Stack stack, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StackEvent>>([]);

    public Task<IReadOnlyList<StackResource>> ListResourcesAsync(Scope scope, Stack stack, bool failedOnly, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StackResource>>(Resources);

    public Task<IReadOnlyList<StackResource>> ListNestedAsync(Scope scope, Stack stack, string? state, string? type, CancellationToken cancellationToken) =>
        Failure is not null ? throw Failure : Task.FromResult<IReadOnlyList<StackResource>>([.. Resources.Where(r => (state is null || r.Status.EndsWith(state, StringComparison.Ordinal)) && (type is null || r.Type == type))]);
}
