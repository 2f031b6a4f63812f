using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;
using Portal.Core.Registry.Verification;
using Portal.Sandbox.Faults;

namespace Portal.Tests.Registry.Verification;

/// <summary>A sandbox whose Harbor is verified over HTTP, and what is in it.</summary>
public sealed class VerifiedHarbor : IAsyncLifetime
{
    private RunningHarbor harbor = null!;

    /// <summary>Gets Harbor's address.</summary>
    public string Url => harbor.Url;

    internal FaultRegistry Faults => harbor.Host.Context.Faults;

    internal RunningHarbor Harbor => harbor;

    internal static HarborLogin Admin => new("admin", "labpass");

    /// <inheritdoc />
    public async Task InitializeAsync() => harbor = await RunningHarbor.StartAsync();

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await harbor.DisposeAsync();
        Assert.Empty(harbor.Host.Context.Failures.Values);
    }

    /// <summary>Verifies as the portal does.</summary>
    internal async Task<VerificationReport> RunAsync(
        HarborLogin? login = null, string? url = null, bool readOnly = false, Action<CheckResult>? told = null, string? caBundle = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddBackends();
        services.AddHarborVerification();
        services.Configure<BackendsOptions>(o =>
        {
            if (caBundle is not null)
            {
                o.Connections["harbor"] = new ConnectionOptions { CaBundle = caBundle };
            }
        });
        await using var provider = services.BuildServiceProvider();
        var target = new HarborTarget(url ?? Url, login ?? Admin) { IsReadOnly = readOnly };
        return await provider.GetRequiredService<IHarborVerification>().RunAsync(target, told ?? (_ => { }), cancellationToken);
    }

    /// <summary>Gives every project and user of a test that is there.</summary>
    internal async Task<IReadOnlyList<string>> LeftAsync()
    {
        using var http = harbor.Http();
        var projects = await http.GetFromJsonAsync<JsonArray>("/api/v2.0/projects?page_size=100&name=portal-verify-");
        var users = await http.GetFromJsonAsync<JsonArray>("/api/v2.0/users?page_size=100&q=username%3D~portal-verify-");
        return [.. projects!.Select(p => p!["name"]!.GetValue<string>()), .. users!.Select(u => u!["username"]!.GetValue<string>())];
    }

    /// <summary>Takes a fault away again at the end.</summary>
    internal IDisposable With(Fault fault)
    {
        Faults.Add(fault);
        return new Removal(() => Faults.Remove(fault.Id));
    }

    private sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
