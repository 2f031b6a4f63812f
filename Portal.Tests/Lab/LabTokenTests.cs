using Portal.Tests.Identity;
using Portal.Tests.Support;

namespace Portal.Tests.Lab;

/// <summary>Tokens against the real Keystone.</summary>
[Collection(LabLane.Name)]
[Trait("lane", "real")]
public sealed class LabTokenTests : KeystoneTokenContract
{
    private protected override TokenSite Site => new(ProviderSignIn.Lab, RunningLab.Keystone, "alice", "team-a-prod", "team-b-prod");
}
