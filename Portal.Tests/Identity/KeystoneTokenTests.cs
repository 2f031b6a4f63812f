using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>Tokens against the sandbox.</summary>
public sealed class KeystoneTokenTests(SandboxFixture sandbox) : KeystoneTokenContract, IClassFixture<SandboxFixture>
{
    private protected override TokenSite Site => new(ProviderSignIn.Sandbox(sandbox.Address("oidc")), sandbox.Address("keystone"), "dana", "team-shop", "team-data");
}
