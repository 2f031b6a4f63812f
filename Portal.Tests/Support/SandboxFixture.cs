using Portal.Sandbox.Hosting;

namespace Portal.Tests.Support;

/// <summary>A sandbox with the demo world in this process, on ports of its own, reached over HTTP only.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    /// <summary>Gets the running sandbox.</summary>
    public SandboxHost Host { get; private set; } = null!;

    /// <summary>Gets a base address by endpoint name.</summary>
    public string Address(string endpoint) => Host.Context.Address(endpoint);

    /// <inheritdoc />
    public async Task InitializeAsync() =>
        Host = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Pace = 200 }, CancellationToken.None);

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        Assert.Empty(Host.Context.Failures.Values);
    }
}
