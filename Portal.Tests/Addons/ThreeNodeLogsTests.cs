using Portal.Core.Addons;
using Portal.Core.Kubernetes;

namespace Portal.Tests.Addons;

/// <summary>The other choices: three Elasticsearch nodes, fluent-bit in place of fluentd.</summary>
public sealed class ThreeNodeLogsTests(ThreeNodeLogsTests.Cluster cluster) : IClassFixture<ThreeNodeLogsTests.Cluster>
{
    [Fact]
    public async Task Logs_OfThreeNodesAndFluentBit_AreGreenWithACopyAndFound()
    {
        var health = new AddonRequest
        {
            Selector = "app.kubernetes.io/name=elasticsearch",
            Port = 9200,
            Path = "/_cluster/health?wait_for_status=green&timeout=5s",
            Login = new AddonLogin { Secret = "elasticsearch-portal" },
            Expect = "\"status\":\"green\",\"timed_out\":false,\"number_of_nodes\":3,.*\"active_primary_shards\":1,\"active_shards\":2,",
        };

        Assert.True(await cluster.AskAsync(health));
        Assert.NotNull(await cluster.Api.FindAsync(KubernetesResource.Of("policy/v1", "PodDisruptionBudget"), "logging", "elasticsearch", CancellationToken.None));
        var transport = await cluster.ObjectAsync("v1", "Secret", "logging", "elasticsearch-transport");
        Assert.Equal(["tls.crt", "tls.key"], transport["data"]!.AsObject().Select(d => d.Key).Order(StringComparer.Ordinal));
    }

    /// <summary>The cluster.</summary>
    public sealed class Cluster : PlatformCluster
    {
        /// <inheritdoc />
        protected override string Profile => "other";

        /// <inheritdoc />
        protected override int Nodes => 4;

        /// <inheritdoc />
        protected override string[] Options => ["--Portal:Addons:Profiles:other=elasticsearch, fluent-bit", "--Portal:Addons:Parameters:elasticsearch:nodes=3"];
    }
}
