using Portal.Core.Backends;
using Portal.Sandbox.Faults;
using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>The exchange against the sandbox.</summary>
public sealed class KeystoneExchangeTests : ExchangeContract, IAsyncLifetime
{
    private SandboxHost sandbox = null!;
    private SandboxHost strict = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        sandbox = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true }, CancellationToken.None);
        strict = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, RequiredAudience = "urn:lab:keystone" }, CancellationToken.None);
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await sandbox.DisposeAsync();
        await strict.DisposeAsync();
    }

    [Theory]
    [InlineData("html", BackendFailure.Broken)]
    [InlineData("status", BackendFailure.Throttled)]
    [InlineData("cut", BackendFailure.Unreachable)]
    public async Task KeystoneInTrouble_SaysWhichMayHeal(string kind, BackendFailure expected)
    {
        sandbox.Context.Faults.Add(new Fault { Service = "keystone", Kind = kind, Status = 429, RetryAfter = 7 });

        var e = await Assert.ThrowsAsync<BackendException>(() => At(sandbox.Context.Address("keystone")).ExchangeAsync(CoreIdentity.Region, "any", CancellationToken.None));

        Assert.Equal(expected, e.Failure);
        Assert.True(e.MayHeal);
        Assert.Equal(Portal.Identity.SignInProblem.KeystoneDown, Portal.Identity.SignInProblems.Of(e));
    }

    private protected override Task<ExchangeSite> SiteAsync() => Task.FromResult(new ExchangeSite
    {
        Provider = ProviderSignIn.Sandbox(sandbox.Context.Address("oidc")),
        Keystone = sandbox.Context.Address("keystone"),
        ByIntrospection = sandbox.Context.Address("introspection"),
        WithAudience = strict.Context.Address("keystone"),
        StrictProvider = ProviderSignIn.Sandbox(strict.Context.Address("oidc")),
        Member = "dana",
        Projects = ["team-lab", "team-shop"],
        Outsiders = ["remy"],
        LetTimePass = () => strict.Context.Clock.Advance(TimeSpan.FromSeconds(2)),
    });
}
