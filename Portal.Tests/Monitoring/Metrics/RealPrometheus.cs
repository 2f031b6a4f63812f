using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Metrics;

/// <summary>Debian's Prometheus with the metrics data set, on a port of its own; nothing is scraped.</summary>
public sealed class RealPrometheus : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private Process? _process;
    private HttpClient? _http;

    internal IClusterMetrics Metrics { get; private set; } = null!;

    internal IPanelPoints Points { get; private set; } = null!;

    internal IChartPlaces Places { get; private set; } = null!;

    internal DirectPrograms Programs { get; private set; } = null!;

    internal Uri Address => _http!.BaseAddress!;

    public async Task InitializeAsync()
    {
        if (Recorded.WhyNoRealPrometheus is not null)
        {
            return;
        }

        using (var unpack = Process.Start("tar", ["xzf", Path.Combine(RepositoryPaths.Shared!, "data", "metrics", "tsdb-24h.tar.gz"), "-C", _folder.Path]))
        {
            await unpack.WaitForExitAsync();
        }

        var config = Path.Combine(_folder.Path, "empty.yml");
        await File.WriteAllTextAsync(config, "global: {}\n");
        var port = FreePort();
        _process = Process.Start(new ProcessStartInfo("/usr/bin/prometheus", [$"--config.file={config}", $"--storage.tsdb.path={_folder.Path}", "--storage.tsdb.retention.time=100y", string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"), "--log.level=error"]));
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Eventually.TrueAsync(ReadyAsync, "Prometheus is ready");
        Programs = DirectPrograms.At(_http);
        var options = Options.Create(new MetricsOptions());
        var metrics = new ClusterMetrics(new PrometheusClient(Programs, options), new SharedAnswers(options, TimeProvider.System));
        (Metrics, Points, Places) = (metrics, new PanelPointsService(metrics), new ChartPlacesService(metrics));
    }

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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> ReadyAsync()
    {
        try
        {
            return (await _http!.GetAsync("/-/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
