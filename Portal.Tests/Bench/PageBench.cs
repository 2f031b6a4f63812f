using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Portal.Tests.Support;

namespace Portal.Tests.Bench;

/// <summary>
/// How long a person waits: <c>dotnet run --project Portal.Tests -- bench pages [RUNS]</c> starts the portal on its sandbox as a user does
/// and prints a table. The measure is a page with nothing in it, opened by the same browser, so that machines can be compared.
/// </summary>
internal sealed class PageBench(IPage page, string portal, int runs)
{
    private readonly List<(string What, double[] Milliseconds)> rows = [];

    public static async Task RunAsync(int runs)
    {
        using var data = new TemporaryFolder();
        var watch = Stopwatch.StartNew();
        using var process = ChildProcess.Start(
            "portal", "--applicationName=Portal", $"--contentRoot={Path.Combine(RepositoryPaths.Root, "Portal")}", "--environment=Development",
            "--urls=http://127.0.0.1:0", "--Sandbox:AnyPorts=true", $"--Portal:Storage:DataFolder={data.Path}", "--Logging:LogLevel:Default=Error");
        var (portal, control) = await ReadyAsync(process.Process.StandardOutput);
        var ready = watch.Elapsed.TotalMilliseconds;

        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu"] });
        var page = await (await chromium.NewContextAsync(new() { BaseURL = portal })).NewPageAsync();
        var bench = new PageBench(page, portal, runs);
        await bench.MeasureAsync(control);
        bench.Print(ready);
    }

    private static async Task<(string Portal, string Control)> ReadyAsync(StreamReader output)
    {
        var (portal, control) = ("", "");
        while (await output.ReadLineAsync() is { } line && !line.StartsWith("Ctrl-C", StringComparison.Ordinal))
        {
            portal = line.StartsWith("The portal is ready at ", StringComparison.Ordinal) ? line.Split(' ')[^1] : portal;
            control = line.Contains("(control: ", StringComparison.Ordinal) ? line.Split("(control: ")[1].Split(')')[0] : control;
        }

        return (portal, control);
    }

    private async Task MeasureAsync(string control)
    {
        rows.Add(("a page with nothing in it", await TimesAsync(() => page.GotoAsync("/health/live"))));
        rows.Add(("one bare request to Magnum: list of clusters", await MagnumAsync(control)));
        var signIn = Stopwatch.StartNew();
        await page.GotoAsync("/");
        await page.Locator("input[name=login]").FillAsync("luca");
        await page.Locator("input[name=password]").FillAsync("labpass");
        await page.Locator("input[name=password]").PressAsync("Enter");
        await HeadingAsync("team-shop");
        rows.Add(("first sign-in ever, to the project's overview", [signIn.Elapsed.TotalMilliseconds]));

        var home = new Uri(page.Url).AbsolutePath;
        rows.Add(("overview, opened by its address", await TimesAsync(() => OpenAsync(home, "team-shop"))));
        rows.Add(("cluster list, opened by its address, to its rows", await TimesAsync(async () =>
        {
            await OpenAsync(home + "/clusters", "Clusters");
            await page.GetByRole(AriaRole.Link, new() { Name = "shop-prod", Exact = true }).First.WaitForAsync();
        })));
        rows.Add(("cluster, by a click in the list", await TimesAsync(
            async () =>
            {
                await page.GetByRole(AriaRole.Link, new() { Name = "shop-prod", Exact = true }).First.ClickAsync();
                await HeadingAsync("shop-prod");
            },
            () => OpenAsync(home + "/clusters", "Clusters"))));
        rows.Add(("create wizard, to its templates", await TimesAsync(async () =>
        {
            await OpenAsync(home + "/clusters/create", "Create cluster");
            await page.GetByRole(AriaRole.Radio).First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        })));
    }

    private async Task<double[]> MagnumAsync(string control)
    {
        using var http = new HttpClient();
        var addresses = (await http.GetFromJsonAsync<JsonObject>(control))!["addresses"]!;
        var login = JsonNode.Parse("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"portal","domain":{"name":"Default"},"password":"labpass"}}},"scope":{"project":{"name":"team-shop","domain":{"name":"tenants"}}}}}""");
        using var answer = await http.PostAsJsonAsync(addresses["keystone"]!.GetValue<string>() + "/v3/auth/tokens", login);
        http.DefaultRequestHeaders.Add("X-Auth-Token", answer.Headers.GetValues("X-Subject-Token").Single());
        return await TimesAsync(() => http.GetStringAsync(addresses["magnum"]!.GetValue<string>() + "/v1/clusters"));
    }

    private async Task OpenAsync(string path, string heading)
    {
        await page.GotoAsync(portal + path);
        await HeadingAsync(heading);
    }

    private Task HeadingAsync(string name) => page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true, Level = 1 }).WaitForAsync(new() { Timeout = 120_000 });

    private Task<double[]> TimesAsync(Func<Task> act, Func<Task>? before = null) => BenchTable.TimesAsync(runs, act, before);

    private void Print(double ready)
    {
        Console.WriteLine(FormattableString.Invariant($"\nReady {ready / 1000:0.0} s after the start of the process, portal and sandbox on a new data folder."));
        var table = new BenchTable("Pages");
        var unit = BenchTable.Median(rows[0].Milliseconds);
        foreach (var (what, ms) in rows)
        {
            table.Add(what, ms, FormattableString.Invariant($"{BenchTable.Median(ms) / unit:0.#} empty pages"));
        }

        table.Print();
    }
}
