using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Tests.Registry;

namespace Portal.Tests.Sandbox;

/// <summary>The sandbox's Harbor where nobody listens behind it.</summary>
public sealed class HarborDeadRegistryTests
{
    [Fact]
    public async Task RegistryDead_PushesAre502_HealthSaysSo_AndTheRestAnswers()
    {
        await using var harbor = new RunningHarbor(await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Harbor = { RegistryUrl = "http://127.0.0.1:9" } }, CancellationToken.None));
        using var http = harbor.Http();

        using var upload = await http.PostAsync("/v2/library/app/blobs/uploads/", null);
        using var manifest = await http.PutAsync("/v2/library/app/manifests/1", new StringContent("""{"schemaVersion":2}"""));
        using var nonsense = await http.PutAsync("/v2/library/app/manifests/1", new StringContent("<html>"));
        using var known = await http.GetAsync("/v2/platform/prometheus/prometheus/manifests/v3.13.2");
        var health = (await http.GetFromJsonAsync<JsonObject>("/api/v2.0/health"))!;
        var summary = await http.GetFromJsonAsync<JsonObject>("/api/v2.0/projects/library/summary");

        Assert.Equal((HttpStatusCode.BadGateway, HttpStatusCode.BadGateway, HttpStatusCode.BadRequest, HttpStatusCode.OK), (upload.StatusCode, manifest.StatusCode, nonsense.StatusCode, known.StatusCode));
        Assert.Equal("unhealthy", health["status"]!.GetValue<string>());
        Assert.Equal("registry", Assert.Single(health["components"]!.AsArray(), c => c!["status"]!.GetValue<string>() == "unhealthy")!["name"]!.GetValue<string>());
        Assert.Equal(0, summary!["quota"]!["used"]!["storage"]!.GetValue<long>());
    }
}
