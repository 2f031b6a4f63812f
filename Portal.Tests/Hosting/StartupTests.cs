using System.Net;
using System.Net.Sockets;
using Portal.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Hosting;

/// <summary>What keeps the portal from starting is said in sentences that name the option.</summary>
public sealed class StartupTests : IDisposable
{
    private readonly TemporaryFolder data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Options_SeveralWrong_AllAreListedWithTheirNames()
    {
        var reasons = await RefusedAsync(
            Cloud("KeystoneUrl", "not-a-url"), "--Portal:Session:Idle=yesterday-CANARY", "--Portal:Oidc:Autority=http://localhost:1", "--Portal:Security:TrustedProxies:0=nowhere", "--Portal:Oidc:Authority=http://idp.example");

        Assert.Contains(reasons, r => r.Contains("Portal:Session:Idle must be a TimeSpan", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r == "Portal:Oidc:Autority is not an option of the portal; did you mean Portal:Oidc:Authority.");
        Assert.Contains(reasons, r => r.StartsWith("Portal:Security:TrustedProxies", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.StartsWith("Portal:Oidc:Authority must be https", StringComparison.Ordinal));
        Assert.All(reasons, r => Assert.EndsWith(".", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cloud_WithoutAnything_EachMissingOptionIsNamed()
    {
        var reasons = await RefusedAsync(Cloud("KeystoneUrl", "ftp://keystone"), "--Portal:Oidc:Authority=http://localhost:1");

        Assert.Contains(reasons, r => r.StartsWith("Portal:Clouds:x:KeystoneUrl must be an http or https URL", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.StartsWith("Portal:Clouds:x:IdentityProvider is not set", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.StartsWith("Portal:Clouds:x:ServiceUser:Name is not set", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.StartsWith("Portal:Clouds:x:ServiceUser:PasswordFile is not set", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Production_WithoutMasterKey_SaysWhichOptionToSet()
    {
        var reasons = await RefusedAsync([.. GoodCloud, "--environment=Production"]);

        Assert.Contains("Portal:MasterKey:File", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_WithAnAddonThatDoesNotExist_IsNamed()
    {
        var reasons = await RefusedAsync([.. GoodCloud, "--Portal:Addons:Profiles:own=cluster-dns, promtheus"]);

        Assert.StartsWith("Portal:Addons:Profiles:own: there is no add-on promtheus; there are ", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_InUse_SaysWhichAndHowToChange()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var reasons = await RefusedAsync([.. GoodCloud, $"--urls=http://127.0.0.1:{port}"]);

        Assert.Equal($"The portal cannot listen on http://127.0.0.1:{port}: the address is in use. Set --urls to a free one.", Assert.Single(reasons));
    }

    [Fact]
    public async Task Process_WithAPortInUse_EndsWithOneSentenceAndNoStackTrace()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        using var process = ChildProcess.Start(["portal", .. Usual, .. GoodCloud, "--Logging:LogLevel:Default=Warning", $"--urls={url}"]);

        var said = process.Process.StandardOutput.ReadToEndAsync();
        var errors = await process.Process.StandardError.ReadToEndAsync();
        await process.Process.WaitForExitAsync();

        Assert.Equal(2, process.Process.ExitCode);
        Assert.Equal($"The portal cannot listen on {url}: the address is in use. Set --urls to a free one.", errors.Trim());
        Assert.DoesNotContain("   at ", await said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SandboxPort_InUse_NamesTheOptionOfThatPort()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var reasons = await RefusedAsync("--Sandbox:AnyPorts=true", $"--Sandbox:Ports:introspection={port}");

        Assert.EndsWith("Set Sandbox:Ports:introspection to a free port.", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataFolder_BelowAFile_SaysWhichOptionToSet()
    {
        await File.WriteAllTextAsync(data.File("file"), "");

        var reasons = await RefusedAsync([.. GoodCloud, $"--Portal:Storage:DataFolder={data.File("file")}/data"]);

        Assert.Contains("Portal:Storage:DataFolder", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondProcess_OnTheSameData_IsRefused()
    {
        using var first = ChildProcess.Start(["portal", .. Usual, .. GoodCloud]);
        Assert.NotNull(await UntilAsync(first, "The portal is ready at"));

        var reasons = await RefusedAsync(GoodCloud);

        Assert.Equal($"Another portal uses the data folder {data.Path}. Stop it, or set Portal:Storage:DataFolder to another folder.", Assert.Single(reasons));
    }

    [Fact]
    public async Task Process_WithBadOption_EndsWithSentencesAndNoStackTrace()
    {
        using var process = ChildProcess.Start(["portal", .. Usual, .. GoodCloud, "--Portal:Session:Idel=1"]);

        var errors = await process.Process.StandardError.ReadToEndAsync();
        await process.Process.WaitForExitAsync();

        Assert.Equal(2, process.Process.ExitCode);
        Assert.Equal("Portal:Session:Idel is not an option of the portal; did you mean Portal:Session:Idle.", errors.Trim());
    }

    private static string[] GoodCloud =>
    [
        Cloud("KeystoneUrl", "http://127.0.0.1:1"), Cloud("IdentityProvider", "lab"), Cloud("ServiceUser:Name", "portal"), Cloud("ServiceUser:Password", "secret"), Cloud("ServiceUser:Project", "admin"),
        "--Portal:Oidc:Authority=http://127.0.0.1:2",
    ];

    private string[] Usual =>
    [
        "--applicationName=Portal", $"--contentRoot={Path.Combine(RepositoryPaths.Root, "Portal")}", "--environment=Development", "--urls=http://127.0.0.1:0",
        $"--Portal:Storage:DataFolder={data.Path}", "--Logging:LogLevel:Default=None",
    ];

    private static string Cloud(string option, string value) => $"--Portal:Clouds:x:{option}={value}";

    private static async Task<string?> UntilAsync(ChildProcess process, string start)
    {
        while (await process.Process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return line;
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<string>> RefusedAsync(params string[] options)
    {
        var e = await Assert.ThrowsAsync<StartupException>(() => PortalProcess.StartAsync([.. Usual, .. options], CancellationToken.None));
        return e.Reasons;
    }
}
