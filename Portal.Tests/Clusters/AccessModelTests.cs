using Portal.Clusters.Details;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>What the page of access says of kubeconfigs that a rotation ended.</summary>
public sealed class AccessModelTests
{
    private static readonly DateTimeOffset Ended = DateTimeOffset.UnixEpoch.AddDays(3);

    [Theory]
    [InlineData(ClusterPlans.RotateAuthority, PlanState.Done, true)]
    [InlineData(ClusterPlans.RotateAuthority, PlanState.Cancelled, false)]
    [InlineData(ClusterPlans.Resize, PlanState.Done, false)]
    public async Task Accounts_AfterAPlanOfTheCluster_TellOfARotationThatWasDone(string kind, PlanState state, bool told)
    {
        var plans = new FakePlanService();
        plans.Plans.Add(FakePlanService.Plan(kind, "c1", state) with { EndedAt = Ended });
        plans.Plans.Add(FakePlanService.Plan(ClusterPlans.RotateAuthority, "another", PlanState.Done) with { EndedAt = Ended.AddDays(1) });
        var scope = TestScopes.Fake(System.Collections.Immutable.ImmutableDictionary<string, string>.Empty);
        var model = new AccessModel(new NoKubeconfigs(), plans, scope, new ClusterKey(scope.Region, scope.ProjectId, "c1"), "shop");

        await model.LoadAsync(default);

        Assert.Equal(told ? Ended : null, model.RotatedAt);
    }

    private sealed class NoKubeconfigs : IKubeconfigService
    {
        public Task<Kubeconfig> CreateAsync(Scope scope, ClusterKey cluster, string clusterName, TimeSpan life, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<KubeconfigAccount>> ListAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<KubeconfigAccount>>([]);

        public Task RevokeAsync(Scope scope, ClusterKey cluster, string accountName, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
