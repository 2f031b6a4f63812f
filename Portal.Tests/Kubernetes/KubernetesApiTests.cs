using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Tests.Support;

namespace Portal.Tests.Kubernetes;

/// <summary>The one way into clusters: what leaves the portal, in whose name, and where it may lead.</summary>
public sealed class KubernetesApiTests
{
    private static readonly KubernetesResource ConfigMaps = KubernetesResource.Of("v1", "ConfigMap");

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../secrets/x")]
    [InlineData("a/b")]
    [InlineData("a%2fb")]
    [InlineData("a?x=1")]
    [InlineData("a#b")]
    [InlineData("Upper")]
    [InlineData("-a")]
    [InlineData("a\n")]
    public async Task Name_ThatIsNone_IsNeverSent(string name)
    {
        await using var room = await ClusterRoom.StartAsync();
        var api = await room.Connector.AsPortalAsync(ClusterRoom.Key, default);

        await Assert.ThrowsAsync<ArgumentException>(() => api.FindAsync(ConfigMaps, "default", name, default));
        await Assert.ThrowsAsync<ArgumentException>(() => api.DeleteAsync(ConfigMaps, "default", name, default));
        await Assert.ThrowsAsync<ArgumentException>(() => api.DeleteAsync(ConfigMaps, name, "x", default));
        await Assert.ThrowsAsync<ArgumentException>(() => api.ListAsync(ConfigMaps, name, default));
        await Assert.ThrowsAsync<ArgumentException>(() => api.ConnectAsync("default", name, 80, default));
        await Assert.ThrowsAsync<ArgumentException>(() => api.ConnectAsync(name, "x", 80, default));
        Assert.Empty(room.Asked);
    }

    [Theory]
    [InlineData(new[] { Capability.Read, Capability.Write }, "portal:member")]
    [InlineData(new[] { Capability.Read }, "portal:reader")]
    public async Task Person_IsNamedInEveryCall_WithTheirOneGroup(Capability[] capabilities, string group)
    {
        var seen = new List<string>();
        await using var room = await ClusterRoom.StartAsync(http =>
        {
            seen.Add($"{http.Request.Headers["Impersonate-User"]} {http.Request.Headers["Impersonate-Group"]}");
            return SmallServer.JsonAsync(http, 200, "{}");
        });
        var api = await room.Connector.AsPersonAsync(ClusterRoom.Key, TestScopes.Fake(new Dictionary<string, string>(), capabilities: capabilities), default);

        await api.FindAsync(ConfigMaps, "default", "x", default);
        await api.ListAsync(ConfigMaps, null, default);
        await api.DeleteAsync(ConfigMaps, "default", "x", default);

        Assert.Equal(Enumerable.Repeat($"portal:user:u1 {group}", 3), seen);
    }

    [Fact]
    public async Task List_WithoutEnd_IsGivenUp()
    {
        await using var room = await ClusterRoom.StartAsync(http => SmallServer.JsonAsync(http, 200, """{"items":[],"metadata":{"continue":"again"}}"""));
        var api = await room.Connector.AsPortalAsync(ClusterRoom.Key, default);

        var e = await Assert.ThrowsAsync<BackendException>(() => api.ListAsync(ConfigMaps, null, default));

        Assert.Equal((BackendFailure.Broken, 200), (e.Failure, room.Asked.Count));
    }

    [Fact]
    public async Task Answer_WithoutEnd_IsGivenUp()
    {
        await using var room = await ClusterRoom.StartAsync(async http =>
        {
            for (var piece = new byte[1024 * 1024]; !http.RequestAborted.IsCancellationRequested;)
            {
                await http.Response.Body.WriteAsync(piece);
            }
        });
        var api = await room.Connector.AsPortalAsync(ClusterRoom.Key, default);

        var e = await Assert.ThrowsAsync<BackendException>(() => api.FindAsync(ConfigMaps, "default", "x", default));

        Assert.Equal(BackendFailure.Broken, e.Failure);
    }

    [Fact]
    public async Task Redirect_OfACluster_IsNotFollowed()
    {
        // Who rules a cluster's machines could otherwise have the portal fetch what only the portal reaches.
        await using var inside = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 200, """{"secret":"of the portal's network"}"""));
        await using var room = await ClusterRoom.StartAsync(http =>
        {
            http.Response.Redirect(inside.Url + "/latest/meta-data");
            return Task.CompletedTask;
        });
        var api = await room.Connector.AsPortalAsync(ClusterRoom.Key, default);

        await Assert.ThrowsAsync<BackendException>(() => api.FindAsync(ConfigMaps, "default", "x", default));
        await new ClusterProbe(Options.Create(new KubernetesOptions()), NetworkTime.Real).CheckAsync(ClusterRoom.Key, new ClusterEndpoint(room.Identity.ApiAddress, room.Identity.AuthorityPem), default);
        Assert.Empty(inside.Asked);
    }

    [Fact]
    public async Task Cluster_OfAnotherProject_IsNotOpened()
    {
        await using var room = await ClusterRoom.StartAsync();
        var stranger = TestScopes.Fake(new Dictionary<string, string>(), "p2");

        await Assert.ThrowsAsync<ForbiddenException>(() => room.Connector.AsPersonAsync(ClusterRoom.Key, stranger, default));
        await Assert.ThrowsAsync<ForbiddenException>(() => room.Connector.AsPersonAsync(ClusterRoom.Key, stranger with { ProjectId = "p1", Region = new("default", "two") }, default));
        var renamed = ClusterRoom.Key with { ProjectId = "p2" };
        Assert.Equal(BackendFailure.NotFound, (await Assert.ThrowsAsync<BackendException>(() => room.Connector.AsPersonAsync(renamed, stranger, default))).Failure);
        Assert.Null(await room.Access.FindAsync(renamed, default));
    }

    [Fact]
    public async Task Key_Kept_IsEncryptedAndOfThisClusterOnly()
    {
        await using var room = await ClusterRoom.StartAsync();
        var kept = (await room.Store.FindAsync(ClusterAccess.Type, ClusterRoom.Key.DocumentId, default))!.Value;

        Assert.DoesNotContain("PRIVATE KEY", kept.ToString(), StringComparison.Ordinal);
        Assert.Equal(room.Identity.PrivateKeyPem, (await room.Access.FindAsync(ClusterRoom.Key, default))!.PrivateKeyPem);
        var other = ClusterRoom.Key with { ClusterId = "other" };
        await room.Store.PutAsync(ClusterAccess.Type, other.DocumentId, kept with { ClusterId = "other" }, 0, default);
        await Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(() => room.Access.FindAsync(other, default));
    }
}
