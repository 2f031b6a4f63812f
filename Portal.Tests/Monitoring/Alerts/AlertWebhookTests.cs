using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Portal.Core.Monitoring.Alerts;
using Portal.Tests.Addons;

namespace Portal.Tests.Monitoring.Alerts;

/// <summary>A cluster's Alertmanager speaks to the portal with the token that was made in the cluster.</summary>
public sealed class AlertWebhookTests : PlatformCluster
{
    protected override string Profile => "alerts";

    protected override int Nodes => 1;

    protected override string[] Options => ["--Portal:Addons:Profiles:alerts=cluster-dns, alertmanager", "--Portal:Addons:Parameters:alertmanager:webhookUrl=https://portal.example.test/api/alertmanager/webhook"];

    [Fact]
    public async Task Webhook_WithTheClustersToken_IsKeptForItsProjectAlone()
    {
        var secret = (string)(await ObjectAsync("v1", "Secret", "monitoring", "alertmanager-webhook"))["data"]!["token"]!;
        var token = Encoding.UTF8.GetString(Convert.FromBase64String(secret));
        Assert.Contains("https://portal.example.test/api/alertmanager/webhook", (string)(await ObjectAsync("v1", "ConfigMap", "monitoring", "alertmanager-config"))["data"]!["alertmanager.yml"]!, StringComparison.Ordinal);
        var message = ClusterAlertsTests.Message(("a", "firing", 1), ("b", "resolved", 1));

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(null, message));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(token + "x", message));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(token, "{}"u8.ToArray()));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(token, new byte[1024 * 1024 + 1]));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(token, message));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(token, message));

        var alerts = Get<IClusterAlerts>();
        Assert.Equal(["a", "b"], (await alerts.ListAsync(await ScopeAsync(), ClusterId, CancellationToken.None)).Select(a => a.Fingerprint));
        Assert.Empty(await alerts.ListAsync(await ScopeAsync("team-data"), ClusterId, CancellationToken.None));
        Assert.DoesNotContain(Directory.EnumerateFiles(DataFolder).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)), f => Content(f).Contains(token, StringComparison.Ordinal));
    }

    private static string Content(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private async Task<HttpStatusCode> PostAsync(string? token, byte[] body)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, Url + "/api/alertmanager/webhook") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
