using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Tests.Support.Fakes;

/// <summary>Plans that a test sets; remembers what was asked of it.</summary>
internal sealed class FakePlans : IPlanService
{
    private readonly Channel<Plan> _changes = Channel.CreateUnbounded<Plan>();

    public List<Plan> Plans { get; } = [];

    public Exception? Failure { get; set; }

    public List<string> Retried { get; } = [];

    public List<bool> Cancelled { get; } = [];

    public static Plan Running(string id, string kind, params PlanStep[] steps) => new()
    {
        Id = id,
        Kind = kind,
        KindVersion = 1,
        Subject = "cluster/c1",
        SubjectName = "shop-prod-2",
        ProjectId = "p1",
        Region = new CloudRegion("sandbox", "RegionOne"),
        RequestedById = "u1",
        RequestedBy = "shop-lead",
        Inputs = JsonDocument.Parse("{}").RootElement,
        Steps = [.. steps],
        CreatedAt = DateTimeOffset.UtcNow.AddMinutes(-11),
        Usual = TimeSpan.FromMinutes(18),
    };

    public void Push(Plan plan)
    {
        Plans.RemoveAll(p => p.Id == plan.Id);
        Plans.Add(plan);
        _changes.Writer.TryWrite(plan);
    }

    public Task<Plan> StartAsync(Scope scope, PlanRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Plan?> FindAsync(Scope scope, string planId, CancellationToken cancellationToken) =>
        Failure is null ? Task.FromResult(Plans.FirstOrDefault(p => p.Id == planId)) : throw Failure;

    public Task<IReadOnlyList<Plan>> ListAsync(Scope scope, string? subject, CancellationToken cancellationToken) =>
        Failure is null ? Task.FromResult<IReadOnlyList<Plan>>([.. Plans.Where(p => subject is null || p.Subject == subject)]) : throw Failure;

    public Task<Plan?> FindRunningAsync(Scope scope, string subject, CancellationToken cancellationToken) =>
        Task.FromResult(Plans.FirstOrDefault(p => p.Subject == subject && p.State is PlanState.Running));

    public async IAsyncEnumerable<Plan> WatchAsync(Scope scope, string planId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Plans.FirstOrDefault(p => p.Id == planId) is { } now)
        {
            yield return now;
        }

        await foreach (var plan in _changes.Reader.ReadAllAsync(cancellationToken))
        {
            if (plan.Id == planId)
            {
                yield return plan;
            }
        }
    }

    public Task<LiveSnapshot<Plan>> WatchAllAsync(Scope scope, CancellationToken cancellationToken) =>
        Failure is null ? Task.FromResult(new LiveSnapshot<Plan>([.. Plans], DateTimeOffset.UtcNow, Never<Plan>(CancellationToken.None))) : throw Failure;

    public Task RetryAsync(Scope scope, string planId, string stepId, CancellationToken cancellationToken)
    {
        Retried.Add(stepId);
        return Task.CompletedTask;
    }

    public Task CancelAsync(Scope scope, string planId, bool undo, CancellationToken cancellationToken)
    {
        Cancelled.Add(undo);
        return Task.CompletedTask;
    }

    private static async IAsyncEnumerable<IReadOnlyList<Change<T>>> Never<T>([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        yield break;
    }
}
