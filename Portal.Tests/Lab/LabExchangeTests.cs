using Portal.Tests.Identity;
using Portal.Tests.Support;

namespace Portal.Tests.Lab;

/// <summary>The exchange against the real Keystone behind mod_auth_openidc.</summary>
[Collection(LabLane.Name)]
[Trait("lane", "real")]
public sealed class LabExchangeTests : ExchangeContract
{
    private protected override Task<ExchangeSite> SiteAsync() => Task.FromResult(new ExchangeSite
    {
        Provider = ProviderSignIn.Lab,
        StrictProvider = ProviderSignIn.Lab,
        Keystone = RunningLab.KeystoneAsRecorded,
        WithAudience = RunningLab.Keystone,
        ByIntrospection = RunningLab.KeystoneByIntrospection,
        Member = "alice",
        Projects = ["team-a-dev", "team-a-prod"],
        Outsiders = ["carol", "dave"],
    });
}
