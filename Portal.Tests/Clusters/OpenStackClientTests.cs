using Microsoft.AspNetCore.Http;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>Heat, Nova, Neutron, Cinder, Octavia and Glance.</summary>
public sealed class OpenStackClientTests
{
    private const string Id = "79d81feb-cf22-4a97-b944-21afea4382e8";

    [SkippableFact]
    public async Task FindStack_ById_FollowsHeatsRedirect()
    {
        var shown = Recording.Read("heat/stack-show");
        await using var world = await ClientWorld.StartAsync(http =>
        {
            if (http.Request.Path.Value!.EndsWith("/stacks/" + Id, StringComparison.Ordinal))
            {
                http.Response.StatusCode = 302;
                http.Response.Headers.Location = $"/v1/p1/stacks/first-bi6h536r6r5r/{Id}";
                return http.Response.WriteAsync("<html><h1>302 Found</h1></html>");
            }

            return shown.AnswerAsync(http);
        });

        var stack = await world.Heat.FindStackAsync(world.Scope, Id, default);

        Assert.Equal(("first-bi6h536r6r5r", "CREATE_COMPLETE"), (stack!.Name, stack.Status));
        Assert.Equal($"GET /v1/p1/stacks/{Id}", world.Asked[0]);
    }

    [SkippableFact]
    public async Task ListResources_Failed_HasTheDeepestLast()
    {
        await using var world = await ClientWorld.StartAsync("heat/failed-stack-resources");

        var resources = await world.Heat.ListResourcesAsync(world.Scope, new Stack(Id, "doomed", "", ""), failedOnly: true, default);

        Assert.Equal(["kube_masters", "0", "master_config_deployment"], resources.Select(r => r.LogicalId));
        Assert.Equal("OS::Heat::SoftwareDeployment", resources[^1].Type);
        Assert.Contains("status=FAILED", world.Asked[0], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ListEvents_Recorded_AreNewestFirst()
    {
        await using var world = await ClientWorld.StartAsync("heat/stack-events");

        var events = await world.Heat.ListEventsAsync(world.Scope, new Stack(Id, "first", "", ""), 5, default);

        Assert.Equal(5, events.Count);
        Assert.Equal(events.OrderByDescending(e => e.At), events);
    }

    [SkippableFact]
    public async Task FindStack_OfAnotherProject_IsForbidden()
    {
        await using var world = await ClientWorld.StartAsync("heat/stack-other-tenant");

        var e = await Assert.ThrowsAsync<BackendException>(() => world.Heat.FindStackAsync(world.Scope, Id, default));

        Assert.Equal((BackendFailure.Forbidden, "Access was denied to this resource."), (e.Failure, e.Answer));
    }

    [Fact]
    public async Task NovaLimits_MinusOne_MeansNoLimit()
    {
        await using var world = await ClientWorld.StartAsync(http => SmallServer.JsonAsync(
            http, 200, """{"limits":{"rate":[],"absolute":{"maxTotalCores":20,"totalCoresUsed":6,"maxTotalRAMSize":-1,"totalRAMUsed":4096,"maxTotalInstances":10,"totalInstancesUsed":3,"maxServerGroups":10,"totalServerGroupsUsed":8}}}"""));

        var quotas = await world.Nova.ListQuotasAsync(world.Scope, default);

        Assert.Contains(new ProjectQuota("cores", 6, 20, "core"), quotas);
        Assert.Contains(new ProjectQuota("memory", 4096, null, "MiB"), quotas);
        Assert.Contains(new ProjectQuota("server-groups", 8, 10, "count"), quotas);
        Assert.Equal(["GET /v2.1/limits"], world.Asked);
    }

    [Fact]
    public async Task NeutronQuotas_Details_CountReservedAsUsed()
    {
        await using var world = await ClientWorld.StartAsync(http => SmallServer.JsonAsync(
            http, 200, """{"quota":{"floatingip":{"limit":10,"used":8,"reserved":1},"network":{"limit":-1,"used":2,"reserved":0}}}"""));

        var quotas = await world.Neutron.ListQuotasAsync(world.Scope, default);

        Assert.Equal([new("floating-ips", 9, 10, "count"), new("networks", 2, null, "count")], quotas);
        Assert.Equal(["GET /v2.0/quotas/p1/details.json"], world.Asked);
    }

    [Fact]
    public async Task CinderLimits_Recorded_AreVolumesAndGigabytes()
    {
        await using var world = await ClientWorld.StartAsync(http => SmallServer.JsonAsync(
            http, 200, """{"limits":{"rate":[],"absolute":{"maxTotalVolumes":10,"totalVolumesUsed":1,"maxTotalVolumeGigabytes":1000,"totalGigabytesUsed":20}}}"""));

        Assert.Equal([new("volumes", 1, 10, "count"), new("gigabytes", 20, 1000, "GiB")], await world.Cinder.ListQuotasAsync(world.Scope, default));
        Assert.Equal(["GET /v3/p1/limits"], world.Asked);
    }

    [Theory]
    [InlineData("""{"quota":{"load_balancer":5}}""", 5L)]
    [InlineData("""{"quota":{"loadbalancer":-1,"load_balancer":null}}""", null)]
    public async Task OctaviaQuota_EitherName_IsUnderstood(string body, long? limit)
    {
        await using var world = await ClientWorld.StartAsync(http => SmallServer.JsonAsync(
            http, 200, http.Request.Path.Value!.Contains("quotas", StringComparison.Ordinal) ? body : """{"loadbalancers":[{"id":"a"},{"id":"b"}]}"""));

        Assert.Equal([new ProjectQuota("load-balancers", 2, limit, "count")], await world.Octavia.ListQuotasAsync(world.Scope, default));
    }

    [Fact]
    public async Task GlanceImages_NextRelativeToTheHost_IsFollowed()
    {
        await using var world = await ClientWorld.StartAsync(http => SmallServer.JsonAsync(
            http,
            200,
            http.Request.Query.ContainsKey("marker")
                ? """{"images":[{"id":"2","name":"b"}]}"""
                : """{"images":[{"id":"1","name":"a","os_distro":"fedora-coreos"}],"next":"/v2/images?marker=1"}"""));

        Assert.Equal([new("1", "a", "fedora-coreos"), new("2", "b", null)], await world.Glance.ListImagesAsync(world.Scope, default));
        Assert.Equal("GET /v2/images?marker=1", world.Asked[1]);
    }
}
