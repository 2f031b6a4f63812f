using System.Runtime.CompilerServices;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Tests.Clusters;

/// <summary>Plans that never run: for what happens around them.</summary>
internal sealed class FakePlanService : IPlanService
{
    public List<Plan> Plans { get; } = [];

    public List<string> Cancelled { get; } = [];

    public static Plan Plan(string kind, string clusterId, PlanState state = PlanState.Running, string project = "p1", params PlanStep[] steps) => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        Kind = kind,
        KindVersion = 1,
        Subject = "cluster/" + clusterId,
        SubjectName = "shop",
        ProjectId = project,
        Region = Support.TestScopes.Region,
        RequestedById = "u1",
        RequestedBy = "alice",
        Inputs = System.Text.Json.JsonDocument.Parse("""{"profile":"default"}""").RootElement,
        Steps = [.. steps],
        State = state,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public Task<Plan> StartAsync(Scope scope, PlanRequest request, CancellationToken cancellationToken)
    {
        var holder = Plans.Find(p => p.Subject == request.Subject && IsOpen(p));
        if (holder is not null)
        {
            return holder.Kind == request.Kind ? Task.FromResult(holder) : throw new SubjectLockedException(holder);
        }

        var plan = Plan(request.Kind, request.Subject["cluster/".Length..], project: scope.ProjectId) with { Inputs = request.Inputs, RequestedBy = scope.UserName };
        Plans.Add(plan);
        return Task.FromResult(plan);
    }

    public Task<Plan?> FindAsync(Scope scope, string planId, CancellationToken cancellationToken) => Task.FromResult(Plans.Find(p => p.Id == planId));

    public Task<IReadOnlyList<Plan>> ListAsync(Scope scope, string? subject, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Plan>>([.. Plans.Where(p => p.ProjectId == scope.ProjectId && (subject is null || p.Subject == subject))]);

    public Task<Plan?> FindRunningAsync(Scope scope, string subject, CancellationToken cancellationToken) =>
        Task.FromResult(Plans.Find(p => p.ProjectId == scope.ProjectId && p.Subject == subject && IsOpen(p)));

    public async IAsyncEnumerable<Plan> WatchAsync(Scope scope, string planId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        yield break;
    }

    public Task<LiveSnapshot<Plan>> WatchAllAsync(Scope scope, CancellationToken cancellationToken) =>
        Task.FromResult(new LiveSnapshot<Plan>([.. Plans.Where(p => p.ProjectId == scope.ProjectId)], DateTimeOffset.UnixEpoch, NeverAsync(default)));

    public Task RetryAsync(Scope scope, string planId, string stepId, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task CancelAsync(Scope scope, string planId, bool undo, CancellationToken cancellationToken)
    {
        Cancelled.Add(planId);
        var index = Plans.FindIndex(p => p.Id == planId);
        Plans[index] = Plans[index] with { State = PlanState.Cancelled };
        return Task.CompletedTask;
    }

    private static bool IsOpen(Plan plan) => plan.State is PlanState.Running or PlanState.NeedsSomeone or PlanState.BeingUndone;

    private static async IAsyncEnumerable<IReadOnlyList<Change<Plan>>> NeverAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        yield break;
    }
}
