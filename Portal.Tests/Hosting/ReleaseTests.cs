using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Playwright;
using Portal.Tests.Support;

namespace Portal.Tests.Hosting;

/// <summary>What an operator runs: the published release, in Production, behind TLS, with the options of <c>docs/configuration.md</c>.</summary>
[Trait("lane", "real")]
public sealed class ReleaseTests(SandboxFixture cloud) : IClassFixture<SandboxFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Release_InProduction_SignsInServesItsFilesAndKeepsTheSessionOverARestart()
    {
        using var home = new TemporaryFolder();
        var release = Path.Combine(home.Path, "release");
        await RunAsync("dotnet", $"publish Portal -c Release --nologo -v q -o {release}");
        Assert.Empty(Directory.GetFiles(release, "*Sandbox*"));
        var options = Options(home.Path);
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu"] });
        var context = await chromium.NewContextAsync(new() { IgnoreHTTPSErrors = true });
        var page = await context.NewPageAsync();
        var failed = new List<string>();
        page.Response += (_, answer) => failed.AddRange(answer.Status >= 400 ? [$"{answer.Status} {answer.Url}"] : []);

        await using (var first = await ServedAsync(release, options))
        {
            await page.GotoAsync("https://localhost:" + Port(options));
            await page.Locator("input[name=login]").FillAsync("luca");
            await page.Locator("input[name=password]").FillAsync("labpass");
            await page.Locator("input[name=password]").PressAsync("Enter");
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "team-shop", Exact = true })).ToBeVisibleAsync(new() { Timeout = 60_000 });
            Assert.Empty(failed);
            var cookies = await context.CookiesAsync(["https://localhost:" + Port(options)]);
            Assert.All(cookies, cookie => Assert.True(cookie.Secure && cookie.HttpOnly && cookie.Name.StartsWith("__Host-", StringComparison.Ordinal), cookie.Name));
            await first.EndAsync();
        }

        await using var second = await ServedAsync(release, options);
        await page.GotoAsync("https://localhost:" + Port(options) + "/");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "team-shop", Exact = true })).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await second.EndAsync();
    }

    private static string Port(IEnumerable<string> options) => options.First(o => o.StartsWith("--urls=", StringComparison.Ordinal)).Split(':')[^1];

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<Served> ServedAsync(string release, IReadOnlyList<string> options)
    {
        var start = new ProcessStartInfo(Path.Combine(release, "Portal")) { WorkingDirectory = release, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var option in options)
        {
            start.ArgumentList.Add(option);
        }

        start.Environment["DOTNET_ENVIRONMENT"] = start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("The portal is ready at https://", StringComparison.Ordinal))
            {
                return new Served(process);
            }
        }

        throw new InvalidOperationException("The release ended: " + await process.StandardError.ReadToEndAsync());
    }

    private static async Task RunAsync(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = RepositoryPaths.Root, RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
    }

    private List<string> Options(string home)
    {
        File.WriteAllText(Path.Combine(home, "master.key"), "k1:" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(home, "tls.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(home, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        var portal = Portal.Development.SandboxConfiguration.Of(cloud.Host.Context.Addresses, "labpass").Select(o => $"--{o.Key}={o.Value}");
        return
        [
            .. portal, $"--urls=https://localhost:{FreePort()}", $"--Portal:Storage:DataFolder={Path.Combine(home, "data")}",
            $"--Portal:MasterKey:File={Path.Combine(home, "master.key")}", $"--Kestrel:Certificates:Default:Path={Path.Combine(home, "tls.pem")}",
            $"--Kestrel:Certificates:Default:KeyPath={Path.Combine(home, "tls.key")}",
        ];
    }

    /// <summary>A process that is told to end as an orchestrator does.</summary>
    private sealed class Served(Process process) : IAsyncDisposable
    {
        public async Task EndAsync()
        {
            var errors = process.StandardError.ReadToEndAsync();
            await RunAsync("kill", $"-TERM {process.Id}");
            using var patience = new CancellationTokenSource(Patience);
            await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            Assert.True(process.ExitCode == 0, $"{process.ExitCode}: {await errors}");
        }

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }
    }
}
