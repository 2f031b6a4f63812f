using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

public sealed class ExplanationTests
{
    [Theory]
    [InlineData("OS::Nova::Server", "Forbidden: resources.kube-master: Quota exceeded for cores: Requested 4, but already used 18 of 20 cores (HTTP 403) (Request-ID: req-1)", "quota-numbers", "resource=cores used=18 limit=20 requested=4")]
    [InlineData("OS::Cinder::Volume", "OverLimit: resources.docker_volume: VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'. (HTTP 413)", "quota-limit", "resource=volumes limit=10")]
    [InlineData("OS::Cinder::Volume", "Requested volume or snapshot exceeds allowed gigabytes quota. Requested 20G, quota is 1000G and 990G has been consumed.", "quota-numbers", "resource=gigabytes used=990 limit=1000 requested=20")]
    [InlineData("OS::Nova::ServerGroup", "Forbidden: resources.nodes_server_group: Quota exceeded, too many server groups. (HTTP 403)", "quota", "resource=server groups")]
    [InlineData("OS::Neutron::FloatingIP", "OverQuotaClient: resources.floating: Quota exceeded for resources: ['floatingip'].", "quota", "resource=floatingip")]
    [InlineData("OS::Octavia::LoadBalancer", "Quota has been met for resources: Load Balancer (HTTP 403)", "quota", "resource=Load Balancer")]
    [InlineData("OS::Nova::Server", "ResourceInError: resources.kube-minion: Went to status ERROR due to \"Message: No valid host was found. There are not enough hosts available., Code: 500\"", "no-host", "")]
    [InlineData("OS::Nova::Server", "ResourceInError: resources.x: Went to status ERROR due to \"Message: Build of instance aborted, Code: 500\"", "server-error", "message=Message: Build of instance aborted, Code: 500")]
    [InlineData("OS::Nova::Server", "EntityNotFound: The Image (fedora-coreos-37) could not be found.", "image-missing", "image=fedora-coreos-37")]
    [InlineData("OS::Nova::Server", "StackValidationFailed: Property error: flavor: The Flavor (m1.huge) could not be found.", "flavor-missing", "flavor=m1.huge")]
    [InlineData("OS::Nova::Server", "EntityNotFound: The Key (alice-key) could not be found.", "keypair-missing", "keypair=alice-key")]
    [InlineData("OS::Neutron::FloatingIP", "NotFound: External network c6e41a9e is not reachable from subnet 12.", "external-network", "network=c6e41a9e")]
    [InlineData("OS::Neutron::Port", "resources[0]: Property error: resources.kube_master_eth0.properties.network: Error validating value 'gone': Unable to find network with name or id 'gone'", "network-missing", "network=gone")]
    [InlineData("OS::Neutron::Port", "No more IP addresses available on network 5ad1-77.", "no-addresses", "network=5ad1-77")]
    [InlineData("OS::Octavia::LoadBalancer", "ResourceInError: Went to status ERROR due to \"Unknown\"", "load-balancer", "")]
    [InlineData("OS::Octavia::Pool", "Load Balancer 12ab is immutable and cannot be updated. (HTTP 409)", "load-balancer-busy", "name=12ab")]
    [InlineData("OS::Heat::WaitCondition", "WaitConditionTimeout: resources.master_wait_condition: 0 of 1 received", "nodes-silent", "")]
    [InlineData("", "Stack CREATE timed out", "timed-out", "action=CREATE")]
    [InlineData("", "Unauthorized: Could not find trust 12ab.", "trust", "")]
    [InlineData("OS::Neutron::Subnet", "Conflict: resources.private_subnet: Unable to complete operation on subnet 12ab: One or more ports have an IP allocation from this subnet.", "delete-blocked-port", "")]
    [InlineData("OS::Neutron::SecurityGroup", "Conflict: Security Group 77ab in use.", "delete-blocked", "what=Security Group")]
    [InlineData("OS::Heat::SoftwareDeployment", "Error: resources.master_config_deployment: Deployment to server failed: deploy_status_code : Deployment exited with non-zero status code: 1", "node-script", "code=1")]
    [InlineData("OS::Nova::Server", "Something nobody has seen", "unknown", "message=Something nobody has seen")]
    public void Sentence_OfABackend_IsExplained(string type, string sentence, string rule, string arguments)
    {
        var resource = new StackResource("thing", "1", type, "CREATE_FAILED", sentence, null, "stack");

        var explanation = Find(Failed(), resource);

        Assert.Equal(rule, explanation.RuleId);
        Assert.Equal("cluster.why." + rule, explanation.Reason.Code);
        foreach (var pair in arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(_ => rule is "quota-numbers"))
        {
            var (name, value) = (pair.Split('=')[0], pair.Split('=')[1]);
            Assert.Equal(value, explanation.Reason.Arguments[name]);
        }

        if (rule is not "quota-numbers" && arguments.Split('=', 2) is [var key, var text])
        {
            Assert.StartsWith(text.Split(" limit=")[0], explanation.Reason.Arguments[key], StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void Cause_InTheDeepestResource_WinsOverWhatLiesAbove()
    {
        Skip.If(RepositoryPaths.Shared is null);
        var body = JsonNode.Parse(Recording.Read("heat/failed-stack-resources").Body)!["resources"]!.AsArray();
        var failed = body.Select(r => new StackResource(
            r!["logical_resource_id"]!.GetValue<string>(), "", r["resource_type"]!.GetValue<string>(), "CREATE_FAILED", r["resource_status_reason"]!.GetValue<string>(), null, "")).ToList();

        var explanation = Find(Failed(), [.. failed]);

        Assert.Equal(("node-script", "master_config_deployment"), (explanation.RuleId, explanation.Resource!.LogicalId));
        Assert.Equal(Actor.Platform, explanation.Actor);
    }

    [Fact]
    public void Cause_WithoutHeat_IsTakenFromMagnumsFaults()
    {
        var cluster = Failed() with { Faults = ImmutableDictionary<string, string>.Empty.Add("default-master", "Quota exceeded, too many server groups. (HTTP 403)") };

        Assert.Equal("quota", Find(cluster).RuleId);
    }

    [Fact]
    public void Rules_All_HaveStableIdsAndCompile() =>
        Assert.All(ExplanationRules.All, r => Assert.Matches("^[a-z-]+$", r.Id));

    private static Explanation Find(Cluster cluster, params StackResource[] failed) => ClusterExplainer.Find(new StuckFacts
    {
        Scope = TestScopes.Fake(new Dictionary<string, string>()),
        Cluster = cluster,
        Lateness = new Lateness(null, TimeSpan.Zero, null, false, false),
        Failed = [.. failed],
    });

    private static Cluster Failed() => new()
    {
        Id = Guid.NewGuid().ToString(),
        Name = "doomed",
        ProjectId = "p1",
        TemplateId = "t",
        Status = ClusterStatus.CreateFailed,
        StatusText = "CREATE_FAILED",
        StatusReason = "default-master failed, default-worker failed",
    };
}
