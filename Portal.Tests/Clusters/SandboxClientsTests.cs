using Portal.Core.Identity;

namespace Portal.Tests.Clusters;

/// <summary>The clients against the sandbox.</summary>
public sealed class SandboxClientsTests(SandboxWorld world) : ClientsContract, IClassFixture<SandboxWorld>
{
    private protected override async Task<ContractCloud> CloudAsync()
    {
        var creator = await world.EnterAsync("dana", "team-shop");
        return new ContractCloud
        {
            Client = world.Get,
            Creator = creator,
            SecondMember = await world.EnterAsync("luca", "team-shop"),
            Stranger = await world.EnterAsync("mei", "team-data"),
            Platform = await world.Get<IPlatformScope>().ForProjectAsync(creator.Region, creator.ProjectId, "test", "test", default),
            Template = "k8s-1.31-small",
            Flavor = "m1.small",
            Image = "fedora-coreos-38",
            Patience = TimeSpan.FromSeconds(30),
        };
    }
}
