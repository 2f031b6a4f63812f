using Portal.Core.Addons;
using Portal.Core.Provisioning;

namespace Portal.Tests.Addons;

/// <summary>Whom a step asks when its workload is not ready for too long.</summary>
public sealed class PodFindingTests
{
    [Theory]
    [InlineData("project", Actor.Project)]
    [InlineData("platform", Actor.Platform)]
    [InlineData("nobody", Actor.Platform)]
    [InlineData(null, Actor.Platform)]
    public void Actor_OfAReason_IsWhomItNames_ElseThePlatform(string? who, Actor asked) =>
        Assert.Equal(asked, PodFinding.ActorOf(who is null ? Reason.Of("addon.pods-starting") : Reason.Of("addon.crash-loop", ("who", who))));
}
