using Portal.Tests.Clusters;

namespace Portal.Tests.Lab;

/// <summary>The clients against the real Magnum, Heat, Nova, Neutron and Glance.</summary>
[Collection(LabLane.Name)]
[Trait("lane", "real")]
public sealed class LabClientsTests(LabWorld lab) : ClientsContract
{
    private protected override async Task<ContractCloud> CloudAsync() => new()
    {
        Client = lab.Host.Get,
        Creator = await lab.EnterAsync("alice", LabPlatform.Project),
        SecondMember = await lab.EnterAsync("erin", LabPlatform.Project),
        Stranger = await lab.EnterAsync("bob", "team-b-prod"),
        Platform = await lab.ScopeAsync(LabPlatform.Project),
        Template = "k8s-1.24-small",
        Flavor = "m1.small",
        Image = "fedora-coreos-37",
        Patience = TimeSpan.FromMinutes(5),
    };
}
