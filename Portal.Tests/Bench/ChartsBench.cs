using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Monitoring.Metrics;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Bench;

/// <summary>
/// Charts over Debian's Prometheus with the metrics data set: from the click to the drawn chart in Chromium beside the bare
/// <c>query_range</c>, a whole dashboard beside its bare queries, fifty viewers' queries, and what a viewer takes of memory.
/// Pages, addresses, model, client and sharing are the product's; sign-in and the way into the cluster are not in it.
/// </summary>
internal sealed class ChartsBench(UiHost host, RealPrometheus prometheus, IBrowser chromium, int runs)
{
    private const string Range = "from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z";
    private const long Start = 1_768_435_200;
    private const int Viewers = 50;
    private const int Pages = 20;

    private const string Click = """
        (act) => new Promise((done) => {
          const drawn = () => document.querySelector('.charts')?.dataset.drawn;
          const [before, began] = [drawn(), performance.now()];
          document.querySelector(act).click();
          const look = () => { if (drawn() && drawn() !== before) done(parseFloat(drawn()) - began); else requestAnimationFrame(look); };
          look();
        })
        """;

    private readonly BenchTable table = new("Charts");
    private readonly HttpClient http = new();

    public static async Task RunAsync(int runs)
    {
        if (Recorded.WhyNoRealPrometheus is { } why)
        {
            Console.WriteLine($"charts: {why}");
            return;
        }

        var prometheus = new RealPrometheus();
        await prometheus.InitializeAsync();
        try
        {
            await using var host = await UiHost.StartAsync(metrics: prometheus.Metrics);
            Look.Fill(host);
            using var playwright = await Playwright.CreateAsync();
            await using var chromium = await Support.Chromium.LaunchAsync(playwright);
            var bench = new ChartsBench(host, prometheus, chromium, runs);
            await bench.LinesAsync();
            await bench.DashboardAsync();
            await bench.ViewersAsync();
            await bench.MemoryAsync();
            bench.table.Print();
        }
        finally
        {
            await prometheus.DisposeAsync();
        }
    }

    // Twenty lines of 1,441 points, by a person's own expression; a factor makes each run's question a new one.
    private async Task LinesAsync()
    {
        var pods = (await prometheus.Metrics.ListSeriesAsync(new FakeScopes().Scope, Key, "kube_pod_info", RangeWindow.Of(DateTimeOffset.FromUnixTimeSeconds(Start), DateTimeOffset.FromUnixTimeSeconds(Start + 86_400)), default)).Select(p => p["pod"]).Distinct().Order(StringComparer.Ordinal).Take(20);
        string Expression(int run) => string.Create(CultureInfo.InvariantCulture, $"sum by (pod) (rate(container_cpu_usage_seconds_total{{container!=\"\",pod=~\"{string.Join('|', pods)}\"}}[5m])) * {1 + (run / 1000.0)}");
        var page = await OpenAsync("/p/p1/charts/explore?cluster=c5&" + Range);
        var (raw, drawn, ratios, question) = (new List<double>(), new List<double>(), new List<double>(), 0);
        for (var run = -2; run < runs; run++)
        {
            var bare = await RawAsync([Form(Expression(++question))]);
            await page.Locator("#promql").FillAsync(Expression(++question));
            var click = await page.EvaluateAsync<double>(Click, "[data-run]");
            if (run >= 0)
            {
                raw.Add(bare);
                drawn.Add(click);
                ratios.Add(click / bare);
            }
        }

        var lines = await page.Locator("[data-chart=explore] .chart-lg tbody tr").CountAsync();
        table.Add("the bare query_range", [.. raw.Order()]);
        table.Add($"{lines} lines of 1,441 points, click to drawn", [.. drawn.Order()], Ratio(ratios) + $", step {prometheus.Programs.Asked.Last(a => a.Path.EndsWith("query_range", StringComparison.Ordinal)).Body!.Split("step=")[1]}");
        await page.CloseAsync();
    }

    // All charts of the page, each run half a range earlier; the same queries at once are the measure.
    private async Task DashboardAsync()
    {
        var page = await OpenAsync("/p/p1/charts?cluster=c5&from=2026-01-15T21:00:00Z&to=2026-01-15T23:00:00Z");
        var (raw, drawn, ratios, charts) = (new List<double>(), new List<double>(), new List<double>(), 0);
        for (var run = -1; run < runs; run++)
        {
            var before = prometheus.Programs.Asked.Count;
            var click = await page.EvaluateAsync<double>(Click, ".range > button");
            var asked = prometheus.Programs.Asked.Skip(before).Where(a => a.Path.EndsWith("query_range", StringComparison.Ordinal)).Select(a => a.Body!).ToList();
            if (run < 0 || asked.Count == 0)
            {
                continue;
            }

            var bare = await RawAsync(asked);
            raw.Add(bare);
            drawn.Add(click);
            ratios.Add(click / bare);
            charts = await page.Locator(".chart:not([hidden])").CountAsync();
        }

        table.Add("the bare queries of a dashboard, at once", [.. raw.Order()]);
        table.Add($"a dashboard of {charts} charts, click to drawn", [.. drawn.Order()], Ratio(ratios));
        await page.CloseAsync();
    }

    // Fifty fetch all charts of one dashboard at once.
    private async Task ViewersAsync()
    {
        var urls = Core.Monitoring.Dashboards.BuiltInDashboards.Of(Core.Monitoring.Dashboards.DashboardKind.Cluster).Panels
            .Select(p => new Uri($"{host.Url}/api/p/p1/charts/points?dashboard=cluster&panel={p.Id}&cluster=c5&start={Start + 36_000}&end={Start + 57_600}&points=250")).ToList();
        async Task<(int Queries, double Milliseconds)> LookAsync(int viewers, int from)
        {
            var before = prometheus.Programs.Asked.Count;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, viewers).SelectMany(_ => urls.Select(u => http.GetByteArrayAsync(new Uri(u.AbsoluteUri.Replace($"start={Start + 36_000}", $"start={Start + from}", StringComparison.Ordinal))))));
            return (prometheus.Programs.Asked.Count - before, watch.Elapsed.TotalMilliseconds);
        }

        var one = await LookAsync(1, 36_060);
        var all = await LookAsync(Viewers, 36_120);
        table.Add("one viewer of a dashboard", [one.Milliseconds], $"{one.Queries} queries");
        table.Add($"{Viewers} viewers of it at once", [all.Milliseconds], $"{all.Queries} queries");
    }

    private async Task MemoryAsync()
    {
        var first = await OpenAsync("/p/p1/charts?cluster=c5&" + Range);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var open = new List<IPage>();
        for (var n = 0; n < Pages; n++)
        {
            open.Add(await OpenAsync("/p/p1/charts?cluster=c5&" + Range, first.Context));
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Pages / 1024;
        Console.WriteLine($"a viewer of a dashboard, managed memory: {each} KB ({Pages} open in one browser, the browser's driver in the same process)");
    }

    private async Task<IPage> OpenAsync(string path, IBrowserContext? context = null)
    {
        var page = await (context ?? await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1920, Height = 1080 } })).NewPageAsync();
        await page.GotoAsync(host.Url + path);
        await page.Locator("main h1").WaitForAsync();
        if (!path.Contains("explore", StringComparison.Ordinal))
        {
            await page.Locator(".charts[data-drawn]").WaitForAsync();
        }
        else
        {
            // Suggestions come by the same script that makes the button work.
            await page.Locator("#promql").PressSequentiallyAsync("node_loa");
            await page.GetByRole(AriaRole.Option).First.WaitForAsync();
        }

        return page;
    }

    private async Task<double> RawAsync(IReadOnlyList<string> forms)
    {
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(forms.Select(async form =>
        {
            using var body = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded");
            using var answer = await http.PostAsync(new Uri(prometheus.Address, "/api/v1/query_range"), body);
            await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
        }));
        return watch.Elapsed.TotalMilliseconds;
    }

    private static ClusterKey Key => new(new FakeScopes().Scope.Region, new FakeScopes().Scope.ProjectId, "c5");

    private static string Form(string expression) => string.Create(CultureInfo.InvariantCulture, $"query={Uri.EscapeDataString(expression)}&start={Start}&end={Start + 86_400}&step=60");

    private static string Ratio(List<double> ratios) => FormattableString.Invariant($"{BenchTable.Median([.. ratios.Order()]):0.00} × the bare query (median of the runs' ratios)");
}
