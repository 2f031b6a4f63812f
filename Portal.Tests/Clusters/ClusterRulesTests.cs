using System.Collections.Immutable;
using System.Net;
using System.Text;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Creation;

namespace Portal.Tests.Clusters;

public sealed class ClusterRulesTests
{
    private static readonly ClusterTemplate Template = new()
    {
        Id = "t",
        Name = "k8s",
        Coe = "kubernetes",
        ImageId = "fedora-coreos-37",
        FlavorId = "m1.small",
        MasterFlavorId = "m1.small",
        ExternalNetworkId = "public",
        MasterLbEnabled = true,
        FloatingIpEnabled = true,
        Labels = ImmutableDictionary<string, string>.Empty.Add("boot_volume_size", "20").Add("etcd_volume_size", "10"),
    };

    private static readonly ClusterChoices Choices = new()
    {
        Templates = [Template, Template with { Id = "single", MasterLbEnabled = false, KeypairId = "theirs" }, Template with { Id = "swarm", Coe = "swarm" }, Template with { Id = "no-driver", ImageId = "plain" }],
        Keypairs = [new("mine", "aa")],
        Flavors = [new("1", "m1.small", 1, 2048, 20), new("2", "m1.large", 4, 8192, 80)],
        Networks = [new("n1", "private", false, false, []), new("n2", "twice", false, false, []), new("n3", "twice", false, false, []), new("n4", "public", true, true, [])],
        Images = [new("i1", "fedora-coreos-37", "fedora-coreos"), new("i2", "plain", null)],
        Names = ["taken"],
        Room = new ProjectRoom([new("cores", 10, 20, "core"), new("server-groups", 9, 10, "count"), new("clusters", 1, null, "count")], []),
    };

    private static ClusterSpec Good => new() { Name = "shop-1", TemplateId = "t", Keypair = "mine", NodeCount = 3, MasterCount = 3 };

    [Fact]
    public void Check_GoodSpec_HasNothingToCorrect() => Assert.Empty(ClusterRules.Check(Good, Choices));

    [Theory]
    [InlineData("", "name-needed")]
    [InlineData("1 bad name!", "name-pattern")]
    [InlineData("-x", "name-pattern")]
    [InlineData("x\n", "name-pattern")]
    [InlineData("taken", "name-taken")]
    [InlineData("A.b_c-9", null)]
    public void Check_Name_FollowsMagnumsPattern(string name, string? code) =>
        Assert.Equal(code, ClusterRules.Check(Good with { Name = name }, Choices).SingleOrDefault(e => e.Field == "Name")?.Code);

    [Fact]
    public void Check_WhatCannotBe_NamesTheFieldAndTheCode()
    {
        (ClusterSpec Spec, string Field, string Code)[] cases =
        [
            (Good with { Name = new string('a', 243) }, "Name", "name-too-long"),
            (Good with { TemplateId = "" }, "TemplateId", "template-needed"),
            (Good with { TemplateId = "gone" }, "TemplateId", "template-not-found"),
            (Good with { TemplateId = "swarm" }, "TemplateId", "template-not-kubernetes"),
            (Good with { TemplateId = "no-driver" }, "TemplateId", "template-image-no-driver"),
            (Good with { NodeCount = 0 }, "NodeCount", "node-count-too-small"),
            (Good with { MasterCount = 0 }, "MasterCount", "master-count-too-small"),
            (Good with { TemplateId = "single" }, "MasterCount", "master-count-needs-load-balancer"),
            (Good with { MasterCount = 2 }, "MasterCount", "master-count-even"),
            (Good with { Keypair = "theirs" }, "Keypair", "keypair-not-yours"),
            (Good with { TemplateId = "single", MasterCount = 1, Keypair = null }, "Keypair", "template-keypair-not-yours"),
            (Good with { FlavorId = "huge" }, "FlavorId", "flavor-not-found"),
            (Good with { FixedNetwork = "nope" }, "FixedNetwork", "network-not-found"),
            (Good with { FixedNetwork = "twice" }, "FixedNetwork", "network-ambiguous"),
            (Good with { FixedNetwork = "public" }, "FixedNetwork", "network-external"),
            (Good with { FixedSubnet = "s" }, "FixedSubnet", "subnet-without-network"),
            (Good with { Labels = [new("a", "1"), new("a", "2")] }, "Labels[1].Key", "label-twice"),
            (Good with { Labels = [new("", "1")] }, "Labels[0].Key", "label-key-needed"),
            (Good with { DockerVolumeSize = 0 }, "DockerVolumeSize", "volume-too-small"),
            (Good with { CreateTimeout = TimeSpan.Zero }, "CreateTimeout", "timeout-too-short"),
        ];

        foreach (var (spec, field, code) in cases)
        {
            Assert.Contains(ClusterRules.Check(spec, Choices), e => e.Field == field && e.Code == code);
        }
    }

    [Fact]
    public void Check_BackendDidNotAnswer_DoesNotGuess() =>
        Assert.Empty(ClusterRules.Check(Good with { Keypair = "any", FlavorId = "any" }, new ClusterChoices()));

    [Fact]
    public void Needs_OfSpec_AreWhatMagnumBuilds()
    {
        var needs = ClusterNeeds.Of(Good with { FlavorId = "m1.large" }, Choices).ToDictionary(n => n.Resource, n => n.Needed);

        Assert.Equal(15, needs["cores"]);
        Assert.Equal((3 * 2048) + (3 * 8192), needs["memory"]);
        Assert.Equal(6, needs["instances"]);
        Assert.Equal(9, needs["volumes"]);
        Assert.Equal((6 * 20) + (3 * 10), needs["gigabytes"]);
        Assert.Equal(7, needs["floating-ips"]);
        Assert.Equal(2, needs["load-balancers"]);
        Assert.Equal(2, needs["server-groups"]);
        Assert.Equal(1, needs["networks"]);
    }

    [Fact]
    public void Needs_AgainstTheRoom_SayWhatFits()
    {
        var needs = ClusterNeeds.Of(Good with { FlavorId = "m1.large" }, Choices).ToDictionary(n => n.Resource);

        Assert.False(needs["cores"].Fits);
        Assert.False(needs["server-groups"].Fits);
        Assert.True(needs["clusters"].Fits);
        Assert.Null(needs["volumes"].Fits);
    }

    [Fact]
    public void Needs_LabelsNotMerged_ForgetTheTemplates()
    {
        var needs = ClusterNeeds.Of(Good with { MergeLabels = false, Labels = [new("x", "y")] }, Choices);

        Assert.DoesNotContain(needs, n => n.Resource == "volumes");
    }

    [SkippableTheory]
    [InlineData("cluster-create-bad-name", "Name", "magnum-invalid")]
    [InlineData("cluster-create-zero-masters", "MasterCount", "magnum-invalid")]
    [InlineData("cluster-create-negative-nodes", "NodeCount", "magnum-invalid")]
    [InlineData("cluster-create-missing-template", "TemplateId", "magnum-invalid")]
    [InlineData("cluster-create-unknown-template", "TemplateId", "template-not-found")]
    [InlineData("cluster-create-unknown-keypair", "Keypair", "keypair-not-found")]
    [InlineData("cluster-create-unknown-flavor", "FlavorId", "flavor-not-found")]
    [InlineData("cluster-create-two-masters-no-lb", "MasterCount", "master-count-needs-load-balancer")]
    [InlineData("cluster-create-over-quota", "", "quota-clusters")]
    [InlineData("cluster-create-string-count", "", "magnum")]
    public void Refusal_Recorded_GoesToItsField(string recording, string field, string code)
    {
        var recorded = Recording.Read("magnum/" + recording);
        var call = new BackendCall { Backend = "magnum", Operation = "create cluster", Path = "clusters" };
        var e = BackendErrors.Make(call, (HttpStatusCode)recorded.Status, Encoding.UTF8.GetBytes(recorded.Body), null, null);

        var error = Assert.Single(MagnumErrors.ToFields(e));

        Assert.Equal((field, code), (error.Field, error.Code));
        Assert.NotEmpty(error.Arguments["message"]);
    }
}
