using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Receivers;
using Portal.Tests.Addons;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Receivers;

/// <summary>What the portal writes is read and done by Debian's own Alertmanager.</summary>
[Trait("lane", "real")]
public sealed class RealAlertmanagerTests : IAsyncLifetime
{
    private const string Program = "/usr/bin/prometheus-alertmanager";
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<(string Authorization, JsonNode Body)> _told = new();
    private Process? _process;
    private HttpClient _http = null!;
    private int _answer = 200;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        _http?.Dispose();
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("https://portal.example.test/api/alertmanager/webhook")]
    public async Task Rendered_WithEveryKindOfReceiver_IsValidForAmtool(string webhook)
    {
        Skip.IfNot(File.Exists("/usr/bin/amtool"), "Alertmanager is not installed (apt-get install prometheus-alertmanager).");
        var file = Path.Combine(_folder.Path, "alertmanager.yml");
        await File.WriteAllTextAsync(file, ForDebian(ReceiverConfig.Render(ReceiverConfigTests.Addon(webhook), ReceiverConfigTests.Three).Text));

        using var process = Process.Start(new ProcessStartInfo("/usr/bin/amtool", ["check-config", file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, said);
        Assert.Contains("5 receivers", said.Replace($"{(webhook.Length > 0 ? 6 : 5)} receivers", "5 receivers", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Test_OfAReceiver_IsDelivered_Refused_AndNamed_ByTheRealProgram()
    {
        await using var other = await SmallServer.StartAsync(TakeAsync);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "secret-3"), other.Url + "/hook");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "secret-4"), "the-token");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "secret-2"), "http://127.0.0.1:9/chat");
        var (text, revision) = ReceiverConfig.Render(ReceiverConfigTests.Addon(""), ReceiverConfigTests.Three);
        await StartAsync(text, other.Url + "/hook");
        var programs = Metrics.DirectPrograms.At(_http);
        var control = new AlertmanagerControl(programs);
        var cluster = new ClusterKey(TestScopes.Region, "p1", "c1");

        Assert.Null(await control.ReloadAsync(cluster, None));
        Assert.Equal(revision, await control.RevisionAsync(cluster, None));
        var trials = new ReceiverTrials(control, new ReceiverBook(new NoCluster()), TimeProvider.System);
        var pager = ReceiverConfigTests.Three.Single(r => r.Name == "pager");
        var good = await trials.RunAsync(cluster, pager, "dana", None);
        Assert.Equal((TrialOutcome.Delivered, false), (good.Outcome, good.IsCertain));
        var told = _told.First();
        Assert.Equal(("Bearer the-token", "people/pager", "PortalTest"), (told.Authorization, (string?)told.Body["receiver"], (string?)told.Body["alerts"]![0]!["labels"]!["alertname"]));
        _answer = 401;
        Assert.Equal(TrialOutcome.Failed, (await trials.RunAsync(cluster, pager, "dana", None)).Outcome);
        Assert.Equal(("login", 401), ReceiverTrials.Reason(await LogAsync(), "people/pager"));
        Assert.Equal(TrialOutcome.Failed, (await trials.RunAsync(cluster, ReceiverConfigTests.Three.Single(r => r.Name == "chat"), "dana", None)).Outcome);
        Assert.Equal(("refused", null), ReceiverTrials.Reason(await LogAsync(), "people/chat"));

        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "alertmanager.yml"), ForDebian(text, other.Url + "/hook").Replace("\"receiver\": \"people/chat\"", "\"receiver\": \"people/lost\"", StringComparison.Ordinal));
        Assert.Contains("people/lost", await control.ReloadAsync(cluster, None), StringComparison.Ordinal);
        Assert.Equal(revision, await control.RevisionAsync(cluster, None));
    }

    [SkippableFact]
    public async Task Webhook_IntoThePortal_FiresRepeatsAndEnds_AndTheListHasIt()
    {
        Skip.IfNot(File.Exists(Program), "Alertmanager is not installed (apt-get install prometheus-alertmanager).");
        await using var portal = await PortalHost.StartAsync();
        var scope = await InitialisationTests.ScopeAsync(portal);
        var alerts = portal.Get<IClusterAlerts>();
        await alerts.LearnAsync(new ClusterKey(scope.Region, scope.ProjectId, "c-real"), "the-clusters-token", None);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "token"), "the-clusters-token");
        var quick = ReceiverConfigTests.Addon(portal.Url + "/api/alertmanager/webhook").Replace("group_wait: 30s", "group_wait: 200ms", StringComparison.Ordinal)
            .Replace("group_interval: 5m", "group_interval: 500ms", StringComparison.Ordinal).Replace("repeat_interval: 4h", "repeat_interval: 1s", StringComparison.Ordinal)
            .Replace("/etc/alertmanager/webhook/token", Path.Combine(_folder.Path, "token"), StringComparison.Ordinal);
        await StartAsync(quick, "");

        await PostAsync("ApiSlow", ended: false);
        await Eventually.TrueAsync(async () => (await alerts.ListAsync(scope, "c-real", None)).Any(a => a.Labels["alertname"] == "ApiSlow" && a.EndedAt is null), "the portal was told that it fires");
        await Eventually.TrueAsync(async () => Counter(await _http.GetStringAsync("/metrics")) >= 3, "it was told again");
        Assert.Single(await alerts.ListAsync(scope, "c-real", None));
        await PostAsync("ApiSlow", ended: true);
        await Eventually.TrueAsync(async () => (await alerts.ListAsync(scope, "c-real", None)).Single().EndedAt is not null, "the portal was told that it is over");
        Assert.Contains("alertmanager_notifications_failed_total{integration=\"webhook\"} 0", await _http.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    // 0.25 has no url_file yet: there the address stands in the configuration itself. The files are in a folder of the test's.
    private string ForDebian(string text, string url = "https://pager.example.test/x") => text.Replace("\"url_file\": \"/etc/alertmanager/config/secret-3\"", $"\"url\": \"{url}\"", StringComparison.Ordinal)
        .Replace("/etc/alertmanager/config/", _folder.Path + "/", StringComparison.Ordinal);

    private static double Counter(string metrics) => AlertmanagerControl.Counts(metrics, "webhook", "portal").Requests;

    private async Task StartAsync(string text, string url)
    {
        Skip.IfNot(File.Exists(Program), "Alertmanager is not installed (apt-get install prometheus-alertmanager).");
        var file = Path.Combine(_folder.Path, "alertmanager.yml");
        await File.WriteAllTextAsync(file, ForDebian(text, url));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var log = Path.Combine(_folder.Path, "log");
        _process = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"exec {Program} --config.file={file} --storage.path={_folder.Path}/data --web.listen-address=127.0.0.1:{port} --cluster.listen-address= 2> {log}")]);
        _http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };
        await Eventually.TrueAsync(ReadyAsync, "Alertmanager is ready");
    }

    private async Task<bool> ReadyAsync()
    {
        try
        {
            return (await _http.GetAsync("/-/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task PostAsync(string name, bool ended)
    {
        var alert = new JsonObject { ["labels"] = new JsonObject { ["alertname"] = name, ["severity"] = "warning", ["namespace"] = "zone-prod" } };
        if (ended)
        {
            alert["endsAt"] = DateTimeOffset.UtcNow.AddSeconds(-1).ToString("o");
        }

        (await _http.PostAsJsonAsync("/api/v2/alerts", new JsonArray(alert))).EnsureSuccessStatusCode();
    }

    private async Task<string[]> LogAsync()
    {
        using var file = new FileStream(Path.Combine(_folder.Path, "log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return (await reader.ReadToEndAsync()).Split('\n');
    }

    private async Task TakeAsync(HttpContext http)
    {
        var body = await JsonNode.ParseAsync(http.Request.Body);
        _told.Enqueue((http.Request.Headers.Authorization.ToString(), body!));
        http.Response.StatusCode = _answer;
    }

    private sealed class NoCluster : IClusterConnector
    {
        public Task<IKubernetesApi> AsPortalAsync(ClusterKey cluster, CancellationToken cancellationToken) => throw new Portal.Core.Backends.BackendException("kubernetes", "none", Portal.Core.Backends.BackendFailure.NotFound);

        public Task<IKubernetesApi> AsPersonAsync(ClusterKey cluster, Portal.Core.Backends.Scope scope, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IKubernetesApi WithIdentity(ClusterKey cluster, ClusterIdentity identity) => throw new NotSupportedException();
    }
}
