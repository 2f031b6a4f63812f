using System.Net;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

public sealed class MagnumTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task Resize_JustAccepted_ShowsTheOldStatusAndTheWishOnly()
    {
        using var magnum = await MagnumCaller.AsAsync(sandbox.Host, "dana", "team-shop");
        var uuid = await magnum.CreateAsync("stale-after-202");
        await magnum.WaitAsync(uuid, "CREATE_COMPLETE");

        var (status, _) = await magnum.SendAsync(HttpMethod.Post, $"/v1/clusters/{uuid}/actions/resize", new JsonObject { ["node_count"] = 3 });
        var straightAfter = await magnum.GetAsync("/v1/clusters/" + uuid);
        var (second, _) = await magnum.SendAsync(HttpMethod.Post, $"/v1/clusters/{uuid}/actions/resize", new JsonObject { ["node_count"] = 2 });
        await magnum.WaitAsync(uuid, "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE");
        var done = await magnum.WaitAsync(uuid, "UPDATE_COMPLETE");

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal(HttpStatusCode.Accepted, second);
        Assert.Equal("CREATE_COMPLETE", straightAfter["status"]!.GetValue<string>());
        Assert.Equal(3, straightAfter["node_count"]!.GetValue<int>());
        Assert.Single(straightAfter["node_addresses"]!.AsArray());
        Assert.Equal(2, done["node_addresses"]!.AsArray().Count);
        await magnum.SendAsync(HttpMethod.Delete, "/v1/clusters/" + uuid);
    }

    [Fact]
    public async Task Cluster_OfAnotherTenant_IsNotThere()
    {
        using var mei = await MagnumCaller.AsAsync(sandbox.Host, "mei", "team-data");
        using var service = await MagnumCaller.AsServiceAsync(sandbox.Host, "team-shop");
        var uuid = await UuidAsync(service, "shop-prod");

        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Delete, ""), (HttpMethod.Get, "/nodegroups") })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await mei.SendAsync(method, $"/v1/clusters/{uuid}{path}")).Status);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await mei.SendAsync(HttpMethod.Get, "/v1/certificates/" + uuid)).Status);
        Assert.DoesNotContain((await mei.GetAsync("/v1/clusters"))["clusters"]!.AsArray(), c => c!["uuid"]!.GetValue<string>() == uuid);
    }

    [Fact]
    public async Task Certificate_OfASecondMember_IsForbidden_OfTheServiceUserInTheProjectIsSigned()
    {
        using var second = await MagnumCaller.AsAsync(sandbox.Host, "dana", "team-shop");
        using var creator = await MagnumCaller.AsAsync(sandbox.Host, "luca", "team-shop");
        using var service = await MagnumCaller.AsServiceAsync(sandbox.Host, "team-shop");
        using var elsewhere = await MagnumCaller.AsServiceAsync(sandbox.Host, "team-data");
        var uuid = await UuidAsync(service, "shop-prod");
        var wish = new JsonObject { ["cluster_uuid"] = uuid, ["csr"] = Certificates.Request("admin") };

        Assert.Equal(HttpStatusCode.Forbidden, (await second.SendAsync(HttpMethod.Post, "/v1/certificates", wish.DeepClone())).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await second.SendAsync(HttpMethod.Get, "/v1/certificates/" + uuid)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await elsewhere.SendAsync(HttpMethod.Post, "/v1/certificates", wish.DeepClone())).Status);
        Assert.Equal(HttpStatusCode.Created, (await creator.SendAsync(HttpMethod.Post, "/v1/certificates", wish.DeepClone())).Status);
        var (_, signed) = await service.SendAsync(HttpMethod.Post, "/v1/certificates", wish.DeepClone());
        var authority = await service.GetAsync("/v1/certificates/" + uuid);
        Assert.True(Certificates.IsSignedBy(signed!["pem"]!.GetValue<string>(), authority["pem"]!.GetValue<string>()));
    }

    [Fact]
    public async Task ReadyCluster_OfTheDemo_HasAKubernetesThatMagnumFindsHealthy()
    {
        using var dana = await MagnumCaller.AsAsync(sandbox.Host, "dana", "team-shop");
        var uuid = await UuidAsync(dana, "shop-test");

        await Eventually.TrueAsync(async () => (await dana.GetAsync("/v1/clusters/" + uuid))["health_status"]?.GetValue<string>() == "HEALTHY", "shop-test is HEALTHY");

        Assert.StartsWith("https://127.", (await dana.GetAsync("/v1/clusters/" + uuid))["api_address"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task World_Restarted_HasTheSameClustersAndAuthorities()
    {
        using var folder = new TemporaryFolder();
        var options = new SandboxOptions { AnyPorts = true, Pace = 200, Data = folder.Path };
        string uuid, authority, stack;
        await using (var before = await SandboxHost.StartAsync(options, CancellationToken.None))
        {
            using var dana = await MagnumCaller.AsAsync(before, "dana", "team-lab");
            uuid = await dana.CreateAsync("kept");
            stack = (await dana.WaitAsync(uuid, "CREATE_COMPLETE"))["stack_id"]!.GetValue<string>();
            authority = (await dana.GetAsync("/v1/certificates/" + uuid))["pem"]!.GetValue<string>();
            foreach (var (name, url) in before.Context.Addresses)
            {
                options.Ports[name] = new Uri(url).Port;
            }
        }

        await using var after = await SandboxHost.StartAsync(options, CancellationToken.None);
        using var again = await MagnumCaller.AsAsync(after, "dana", "team-lab");

        Assert.Equal(authority, (await again.GetAsync("/v1/certificates/" + uuid))["pem"]!.GetValue<string>());
        var cluster = await again.GetAsync("/v1/clusters/" + uuid);
        Assert.Equal("CREATE_COMPLETE", cluster["status"]!.GetValue<string>());
        Assert.Contains((await again.GetAsync($"/v1/{cluster["project_id"]}/stacks", "heat"))["stacks"]!.AsArray(), s => s!["id"]!.GetValue<string>() == stack);
        Assert.Equal(HttpStatusCode.Accepted, (await again.SendAsync(HttpMethod.Post, $"/v1/clusters/{uuid}/actions/resize", new JsonObject { ["node_count"] = 2 })).Status);
        Assert.Equal(2, (await again.WaitAsync(uuid, "UPDATE_COMPLETE"))["node_addresses"]!.AsArray().Count);
    }

    [Fact]
    public async Task Cluster_Deleted_IsGoneAfterAWhileAndSoIsItsStack()
    {
        using var dana = await MagnumCaller.AsAsync(sandbox.Host, "dana", "team-shop");
        var uuid = await dana.CreateAsync("short-lived");
        var cluster = await dana.WaitAsync(uuid, "CREATE_COMPLETE");

        var (status, _) = await dana.SendAsync(HttpMethod.Delete, "/v1/clusters/" + uuid);
        var straightAfter = await dana.GetAsync("/v1/clusters/" + uuid);
        await Eventually.TrueAsync(
            async () =>
            {
                await sandbox.Host.AdvanceAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
                return (await dana.SendAsync(HttpMethod.Get, "/v1/clusters/" + uuid)).Status == HttpStatusCode.NotFound;
            },
            "the cluster is gone");

        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.Equal("CREATE_COMPLETE", straightAfter["status"]!.GetValue<string>());
        Assert.DoesNotContain((await dana.GetAsync($"/v1/{cluster["project_id"]}/stacks", "heat"))["stacks"]!.AsArray(), s => s!["id"]!.GetValue<string>() == cluster["stack_id"]!.GetValue<string>());
    }

    private static async Task<string> UuidAsync(MagnumCaller magnum, string name) =>
        (await magnum.GetAsync("/v1/clusters/" + name))["uuid"]!.GetValue<string>();
}
