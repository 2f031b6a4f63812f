using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Tests.Mapping;

/// <summary>Plans that are only written down.</summary>
internal sealed class MemoryPlans : IPlanService
{
    private readonly List<Plan> plans = [];

    public IReadOnlyList<Plan> Started => plans;

    public Task<Plan> StartAsync(Scope scope, PlanRequest request, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        var plan = new Plan
        {
            Id = $"plan-{plans.Count + 1}",
            Kind = request.Kind,
            KindVersion = 1,
            Subject = request.Subject,
            SubjectName = request.SubjectName,
            ProjectId = scope.ProjectId,
            Region = scope.Region,
            RequestedById = scope.UserId,
            RequestedBy = scope.UserName,
            Inputs = request.Inputs,
            Steps = [],
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        plans.Add(plan);
        return Task.FromResult(plan);
    }

    public Task<Plan?> FindRunningAsync(Scope scope, string subject, CancellationToken cancellationToken) =>
        Task.FromResult(plans.Find(p => p.ProjectId == scope.ProjectId && p.Subject == subject && p.State is PlanState.Running));

    public Task<Plan?> FindAsync(Scope scope, string planId, CancellationToken cancellationToken) => Task.FromResult(plans.Find(p => p.ProjectId == scope.ProjectId && p.Id == planId));

    public Task<IReadOnlyList<Plan>> ListAsync(Scope scope, string? subject, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<Plan> WatchAsync(Scope scope, string planId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<LiveSnapshot<Plan>> WatchAllAsync(Scope scope, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RetryAsync(Scope scope, string planId, string stepId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task CancelAsync(Scope scope, string planId, bool undo, CancellationToken cancellationToken) => throw new NotSupportedException();
}
