using System.Net;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Tests.Support;

namespace Portal.Tests.Kubernetes;

/// <summary>
/// The traps of a real API server and of the client library, as they were recorded, one after the other: names (1, 2) are in
/// <see cref="KubernetesApiTests"/> too, what ends watches (3, 4) in <see cref="WatchTests"/>.
/// </summary>
public sealed class KubernetesTrapTests
{
    private static readonly KubernetesResource Maps = KubernetesResource.Of("v1", "ConfigMap");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Trap01_NoName_NeverAddressesTheCollection(string? name)
    {
        await using var room = await ClusterRoom.StartAsync();
        var api = await room.Connector.AsPortalAsync(ClusterRoom.Key, default);
        var manifest = Manifest();
        manifest["metadata"]!["name"] = name;

        await Assert.ThrowsAsync<ArgumentException>(() => api.DeleteAsync(Maps, "default", name!, default));
        await Assert.ThrowsAsync<ArgumentException>(() => api.DeleteAsync(KubernetesResource.Of("v1", "Namespace"), null, name!, default));
        await Assert.ThrowsAsync<ArgumentException>(() => api.FindAsync(Maps, "default", name!, default));
        await Assert.ThrowsAsync<ArgumentException>(() => api.ApplyAsync(manifest, default));
        await Assert.ThrowsAsync<ArgumentException>(() => api.DeleteAsync(Maps, null, "settings", default));

        Assert.Empty(room.Asked);
    }

    [Theory]
    [InlineData("../configmaps/settings")]
    [InlineData("..")]
    [InlineData("settings?dryRun=All")]
    public async Task Trap02_NameThatIsAPath_IsNeverSent(string name)
    {
        await using var room = await ClusterRoom.StartAsync();
        var api = await room.Connector.AsPortalAsync(ClusterRoom.Key, default);
        var manifest = Manifest();
        manifest["metadata"]!["name"] = name;

        await Assert.ThrowsAsync<ArgumentException>(() => api.ApplyAsync(manifest, default));
        await Assert.ThrowsAsync<ArgumentException>(() => api.CreateAsync(KubernetesResource.Of("v1", "ServiceAccount"), "default", [], default, name, "token"));
        await Assert.ThrowsAsync<ArgumentException>(() => api.CreateAsync(KubernetesResource.Of("v1", "ServiceAccount"), "default", [], default, "x", name));

        Assert.Empty(room.Asked);
    }

    [Fact]
    public async Task Trap03_GoneInAStreamThatBeganWith200_IsAnErrorAndNoEnd()
    {
        await using var room = await ClusterRoom.StartAsync(http => SmallServer.JsonAsync(
            http, 200, """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (202)","reason":"Expired","code":410}}""" + "\n"));
        var api = await room.Groups.AsGroupAsync(ClusterRoom.Key, AccessGroups.Reader, default);
        using var stream = await api.OpenWatchAsync(Maps, null, "1", TimeSpan.FromMinutes(1), default);

        var e = await Assert.ThrowsAsync<BackendException>(() => stream.ReadAsync(default));

        Assert.Equal((HttpStatusCode.Gone, "too old resource version: 1 (202)"), (e.Status, e.Answer));
    }

    [Fact]
    public async Task Trap04_Watch_AsksForItsEnd_AndForBookmarks()
    {
        await using var room = await ClusterRoom.StartAsync(http => SmallServer.JsonAsync(http, 200, """{"type":"BOOKMARK","object":{"kind":"ConfigMap","metadata":{"resourceVersion":"12746"}}}""" + "\n"));
        var api = await room.Groups.AsGroupAsync(ClusterRoom.Key, AccessGroups.Reader, default);
        using var stream = await api.OpenWatchAsync(Maps, "a=b", "7", TimeSpan.FromSeconds(90.4), default);

        Assert.Equal("BOOKMARK", (await stream.ReadAsync(default))!.Value.Type);
        Assert.Null(await stream.ReadAsync(default));
        Assert.Equal("GET /api/v1/configmaps?watch=true&allowWatchBookmarks=true&timeoutSeconds=90&resourceVersion=7&labelSelector=a%3Db", Assert.Single(room.Asked));
    }

    [Fact]
    public async Task Trap04_EventWithoutEnd_IsGivenUp()
    {
        await using var room = await ClusterRoom.StartAsync(async http =>
        {
            for (var piece = new byte[64 * 1024]; !http.RequestAborted.IsCancellationRequested;)
            {
                await http.Response.Body.WriteAsync(piece);
            }
        });
        var api = await room.Groups.AsGroupAsync(ClusterRoom.Key, AccessGroups.Reader, default);
        using var stream = await api.OpenWatchAsync(Maps, null, "1", TimeSpan.FromMinutes(1), default);

        Assert.Equal(BackendFailure.Broken, (await Assert.ThrowsAsync<BackendException>(() => stream.ReadAsync(default))).Failure);
    }

    [Fact]
    public async Task Trap05_ItemOfAList_CanBeAppliedAsItIs()
    {
        JsonObject? sent = null;
        string? asked = null;
        await using var room = await ClusterRoom.StartAsync(async http =>
        {
            if (http.Request.Method == "PATCH")
            {
                sent = (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();
                asked = $"{http.Request.ContentType} {http.Request.Path}{http.Request.QueryString}";
            }

            await SmallServer.JsonAsync(http, 200, """{"metadata":{},"items":[{"metadata":{"name":"settings","namespace":"default","managedFields":[{"manager":"kubectl"}]},"data":{"a":"1"}}]}""");
        });
        var api = await room.Connector.AsPortalAsync(ClusterRoom.Key, default);

        await api.ApplyAsync((await api.ListAsync(Maps, "default", default))[0], default);

        Assert.Equal("application/apply-patch+yaml; charset=utf-8 /api/v1/namespaces/default/configmaps/settings?fieldManager=container-platform-portal&fieldValidation=Strict", asked);
        Assert.Equal(("v1", "ConfigMap", null), ((string?)sent!["apiVersion"], (string?)sent["kind"], sent["metadata"]!["managedFields"]));
    }

    [Fact]
    public async Task Trap05_Conflict_NamesWhoHasTheField()
    {
        var e = await FailAsync(409, "application/json", """{"kind":"Status","status":"Failure","message":"Apply failed with 1 conflict: conflict with \"kubectl-edit\" using apps/v1: .spec.replicas","reason":"Conflict","details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"kubectl-edit\"","field":".spec.replicas"}]},"code":409}""");

        Assert.Equal(BackendFailure.Conflict, e.Failure);
        Assert.Contains("kubectl-edit", e.Answer, StringComparison.Ordinal);
        Assert.Contains(".spec.replicas", e.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "BadRequest", "strict decoding error: unknown field", BackendFailure.Invalid)]
    [InlineData(422, "Invalid", "field is immutable", BackendFailure.Invalid)]
    [InlineData(403, "Forbidden", "exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1", BackendFailure.QuotaExceeded)]
    [InlineData(403, "Forbidden", "unable to create new content in namespace x because it is being terminated", BackendFailure.Conflict)]
    [InlineData(403, "Forbidden", "User \"x\" cannot list resource", BackendFailure.Forbidden)]
    [InlineData(401, "Unauthorized", "Unauthorized", BackendFailure.Forbidden)]
    [InlineData(500, "", "resourceVersion: Invalid value", BackendFailure.Broken)]
    [InlineData(504, "Timeout", "Too large resource version: 900, current: 5", BackendFailure.Timeout)]
    [InlineData(410, "Expired", "The provided continue parameter is too old", BackendFailure.Conflict)]
    public async Task Trap06_CodesThatMislead_AreToldByWhatIsMeant(int status, string reason, string message, BackendFailure failure)
    {
        var e = await FailAsync(status, "application/json", new JsonObject { ["kind"] = "Status", ["message"] = message, ["reason"] = reason, ["code"] = status }.ToJsonString());

        Assert.Equal((failure, message, (HttpStatusCode)status), (e.Failure, e.Answer, e.Status));
    }

    [Fact]
    public async Task Trap06_MessageThatEchoesTheObject_IsCut()
    {
        var e = await FailAsync(422, "application/json", new JsonObject { ["kind"] = "Status", ["message"] = "Invalid value: " + new string('x', 100_000) }.ToJsonString());

        Assert.Equal(500, e.Answer!.Length);
    }

    [Fact]
    public async Task Trap06_ListInANamespaceThatIsNotThere_IsEmpty()
    {
        await using var room = await ClusterRoom.StartAsync(http => SmallServer.JsonAsync(http, 200, """{"kind":"ConfigMapList","metadata":{"resourceVersion":"5"},"items":null}"""));

        Assert.Empty(await (await room.Connector.AsPortalAsync(ClusterRoom.Key, default)).ListAsync(Maps, "no-such", default));
    }

    [Theory]
    [InlineData(404, "text/plain", "404 page not found\n", BackendFailure.NotFound, "404 page not found")]
    [InlineData(503, "text/plain", "service unavailable\n", BackendFailure.Broken, "service unavailable")]
    [InlineData(504, "application/json", """{"metadata":{},"status":"Failure","message":"Timeout: request did not complete within the allotted timeout","reason":"Timeout","code":504}""", BackendFailure.Timeout, "Timeout: request did not complete within the allotted timeout")]
    [InlineData(502, "text/html", "<html>Bad Gateway</html>", BackendFailure.Broken, "<html>Bad Gateway</html>")]
    [InlineData(500, "application/json", "[]", BackendFailure.Broken, "[]")]
    public async Task Trap07_ErrorThatIsNoStatus_IsUnderstood(int status, string type, string body, BackendFailure failure, string answer)
    {
        var e = await FailAsync(status, type, body);

        Assert.Equal((failure, answer), (e.Failure, e.Answer));
    }

    [Fact]
    public async Task Trap08_ApiWhoseStoreIsDown_IsNotWaitedFor()
    {
        await using var room = await ClusterRoom.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default), TimeSpan.FromMilliseconds(300));
        var api = await room.Connector.AsPortalAsync(ClusterRoom.Key, default);
        var group = await room.Groups.AsGroupAsync(ClusterRoom.Key, AccessGroups.Reader, default);

        Assert.Equal(BackendFailure.Timeout, (await Assert.ThrowsAsync<BackendException>(() => api.ListAsync(Maps, null, default))).Failure);
        Assert.Equal(BackendFailure.Timeout, (await Assert.ThrowsAsync<BackendException>(() => api.ApplyAsync(Manifest(), default))).Failure);
        Assert.Equal(BackendFailure.Timeout, (await Assert.ThrowsAsync<BackendException>(() => group.OpenWatchAsync(Maps, null, "1", TimeSpan.FromMinutes(1), default))).Failure);
    }

    [Fact]
    public async Task Trap08_ConnectionClosedWithoutAnAnswer_IsUnreachable_AndMayHeal()
    {
        await using var room = await ClusterRoom.StartAsync(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });

        var e = await Assert.ThrowsAsync<BackendException>(async () => await (await room.Connector.AsPortalAsync(ClusterRoom.Key, default)).ListAsync(Maps, null, default));

        Assert.Equal((BackendFailure.Unreachable, true), (e.Failure, e.MayHeal));
    }

    [Fact]
    public async Task Trap09_VersionWithASuffix_IsGivenAsItIs()
    {
        await using var room = await ClusterRoom.StartAsync(http => SmallServer.JsonAsync(http, 200, """{"gitVersion":"v1.26.4-rc1+k3s"}"""));

        Assert.Equal("v1.26.4-rc1+k3s", await (await room.Connector.AsPortalAsync(ClusterRoom.Key, default)).GetVersionAsync(default));
    }

    [Fact]
    public async Task Trap09_TypeThatTheServerDoesNotKnowYet_IsNotThere()
    {
        var e = await FailAsync(404, "application/json", """{"kind":"Status","status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","code":404}""");

        Assert.Equal(BackendFailure.NotFound, e.Failure);
    }

    [Theory]
    [InlineData("""{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"x","deletionTimestamp":"2026-11-22T00:00:00Z"},"status":{"phase":"Terminating"}}""")]
    [InlineData("""{"kind":"Status","status":"Success"}""")]
    public async Task Trap10_DeletionThatAnswersWithTheObject_IsADeletion(string body)
    {
        await using var room = await ClusterRoom.StartAsync(http => SmallServer.JsonAsync(http, 200, body));

        Assert.True(await (await room.Connector.AsPortalAsync(ClusterRoom.Key, default)).DeleteAsync(KubernetesResource.Of("v1", "Namespace"), null, "x", default));
    }

    private static JsonObject Manifest() => JsonNode.Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"default"}}""")!.AsObject();

    private static async Task<BackendException> FailAsync(int status, string type, string body)
    {
        await using var room = await ClusterRoom.StartAsync(async http =>
        {
            (http.Response.StatusCode, http.Response.ContentType) = (status, type);
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(http.Response, body);
        });
        var api = await room.Connector.AsPortalAsync(ClusterRoom.Key, default);
        return await Assert.ThrowsAsync<BackendException>(() => api.ApplyAsync(Manifest(), default));
    }
}
