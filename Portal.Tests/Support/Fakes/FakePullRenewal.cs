using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Mapping.PullRenewal;
using Portal.Core.Provisioning;

namespace Portal.Tests.Support.Fakes;

/// <summary>The clusters' pull credential in memory.</summary>
internal sealed class FakePullRenewal : IPullRenewal
{
    public PullSecretState? State { get; set; } = new("robot$team-shop+portal-pull", DateTimeOffset.UtcNow.AddDays(-40), [], 2, null);

    public Exception? Failure { get; set; }

    public int Begun { get; private set; }

    public Task<PullSecretState?> FindAsync(Scope scope, CancellationToken cancellationToken) => Task.FromResult(State);

    public Task<Plan> RenewAsync(Scope scope, CancellationToken cancellationToken)
    {
        Begun++;
        return Failure is null ? Task.FromResult(FakePlans.Running("renewal-1", MappingPlans.PullRenewal)) : Task.FromException<Plan>(Failure);
    }
}
