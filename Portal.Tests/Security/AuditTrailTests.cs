using System.Text.Json;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Security;

/// <summary>Every change and every reveal leaves an entry: who, what, which project, with which result; and no secret.</summary>
public sealed class AuditTrailTests(TwoTeams teams) : IClassFixture<TwoTeams>
{
    private const string PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFtC0CBu8HxTOyG8Y7O5f7HkXGkhoA3nAIsJUbtxBzXU audit";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task ChangesAndReveals_AreAllWrittenDown_WithWhoseTheyWere()
    {
        var kubeconfig = await RevealAsync();
        await ChangeAsync();
        var cluster = ClusterPlans.Subject(teams.ClusterId);
        var entries = await teams.Get<IAuditLog>().ListAsync(teams.Owner, 1000, null, None);

        foreach (var (action, subject) in new[]
        {
            ("cluster.create", cluster), ("cluster.resize", cluster), ("cluster.delete", cluster), ("plan.start", cluster), ("plan.cancel", cluster),
            ("kubeconfig.create", cluster), ("kubeconfig.revoke", cluster), ("keypair.import", "keypair/audit-key"),
        })
        {
            Assert.Contains(entries, e => e.Action == action && e.Subject == subject && e.Result == "ok" && e.UserId == teams.Owner.UserId && e.UserName == "dana");
        }

        foreach (var action in new[] { "registry.user.create", "registry.project.create", "registry.member.add", "registry.robot.create", "registry.pull-secret.use", "platform-credential.use" })
        {
            Assert.Contains(entries, e => e.Action == action && e.Result == "ok");
        }

        Assert.All(entries, e => Assert.Equal(teams.Owner.ProjectId, e.ProjectId));
        Assert.DoesNotContain(kubeconfig, JsonSerializer.Serialize(entries), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsRefused_IsWrittenDownToo()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => teams.Get<IPlanService>().CancelAsync(teams.Reader, teams.PlanId, undo: true, None));

        var entries = await teams.Get<IAuditLog>().ListAsync(teams.Reader, 1000, null, None);
        Assert.Contains(entries, e => e is { Action: "plan.undo", Result: "forbidden", UserName: "noor" });
    }

    private async Task<string> RevealAsync()
    {
        var mapping = teams.Get<IMappingService>();
        await mapping.EnsureAsync(teams.Owner, None);
        await Eventually.TrueAsync(async () => (await mapping.FindAsync(teams.Owner, None))?.ReadyAt is not null, "the project has its place in Harbor");
        Assert.NotNull(await mapping.GetPullSecretAsync(teams.Owner, "audit test", None));
        var kubeconfigs = teams.Get<IKubeconfigService>();
        var text = (await kubeconfigs.CreateAsync(teams.Owner, teams.Cluster, "shop-private", TimeSpan.FromHours(1), None)).Text;
        await kubeconfigs.RevokeAsync(teams.Owner, teams.Cluster, teams.KubeconfigAccount, None);
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("users")[0].GetProperty("user").GetProperty("token").GetString()!;
    }

    private async Task ChangeAsync()
    {
        await teams.Get<IClusterOffer>().ImportKeypairAsync(teams.Owner, "audit-key", PublicKey, None);
        var (clusters, plans) = (teams.Get<IClusterService>(), teams.Get<IPlanService>());
        var resize = await clusters.ResizeAsync(teams.Owner, teams.ClusterId, 2, null, None);
        await plans.CancelAsync(teams.Owner, resize.Id, undo: false, None);
        await Eventually.TrueAsync(async () => (await plans.FindAsync(teams.Owner, resize.Id, None))!.IsEnded, "the resize has ended");
        await Eventually.TrueAsync(async () => (await clusters.FindAsync(teams.Owner, teams.ClusterId, None))!.Cluster.Status is ClusterStatus.UpdateComplete or ClusterStatus.CreateComplete, "Magnum is done");
        await clusters.DeleteAsync(teams.Owner, teams.ClusterId, "shop-private", None);
    }
}
