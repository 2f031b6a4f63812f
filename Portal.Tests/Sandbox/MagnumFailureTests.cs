using System.Net;
using System.Text.Json.Nodes;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>Magnum says little when a cluster fails; Heat tells why.</summary>
public sealed class MagnumFailureTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("server-groups", "_nodes_server_group: Quota exceeded, too many server groups. (HTTP 403)")]
    [InlineData("cores", "Forbidden: resources.kube-master: Quota exceeded for cores: Requested 2, but already used")]
    [InlineData("floating-ip", "OverQuotaClient: resources.")]
    [InlineData("no-valid-host", "ResourceInError: resources.kube-master: Went to status ERROR due to \"Message: No valid host was found.")]
    [InlineData("image", "The Image (fedora-coreos-38) could not be found.")]
    [InlineData("external-network", "NotFound: resources.extrouter: External network")]
    [InlineData("wait-condition", "WaitConditionTimeout: resources.master_wait_condition: 0 of 1 received")]
    [InlineData("timeout", "Timed out")]
    [InlineData("deployment", "Deployment exited with non-zero status code: 1")]
    public async Task Cluster_FailingForACause_HasItInHeat(string cause, string words)
    {
        using var mei = await MagnumCaller.AsAsync(sandbox.Host, "mei", "team-data");

        var uuid = await mei.CreateAsync("fails-" + cause, labels: new JsonObject { ["sandbox_fail"] = cause });
        var cluster = await mei.WaitAsync(uuid, "CREATE_FAILED");

        Assert.Equal("default-master failed, default-worker failed", cluster["status_reason"]!.GetValue<string>());
        Assert.Contains(words, await mei.FailedReasonAsync(cluster), StringComparison.Ordinal);
        await mei.SendAsync(HttpMethod.Delete, "/v1/clusters/" + uuid);
    }

    [Fact]
    public async Task Cluster_BeyondTheProjectsCores_FailsByNovasQuota()
    {
        using var dana = await MagnumCaller.AsAsync(sandbox.Host, "dana", "team-lab");
        var limits = (await dana.GetAsync("/v2.1/limits", "nova"))["limits"]!["absolute"]!;

        var uuid = await dana.CreateAsync("too-big", nodes: 6);
        var cluster = await dana.WaitAsync(uuid, "CREATE_FAILED");

        Assert.Equal(14, limits["maxTotalCores"]!.GetValue<int>());
        Assert.Matches("Quota exceeded for (cores|instances): Requested", await dana.FailedReasonAsync(cluster));
        await dana.SendAsync(HttpMethod.Delete, "/v1/clusters/" + uuid);
    }

    [Fact]
    public async Task Cluster_WithoutTrust_FailsBeforeThereIsAStack()
    {
        using var mei = await MagnumCaller.AsAsync(sandbox.Host, "mei", "team-data");

        var uuid = await mei.CreateAsync("no-trust", labels: new JsonObject { ["sandbox_fail"] = "trust" });
        var cluster = await mei.WaitAsync(uuid, "CREATE_FAILED");

        Assert.Null(cluster["stack_id"]);
        Assert.Equal($"Failed to create trustee or trust for Cluster: {uuid}", cluster["status_reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Deletion_Blocked_EndsInDeleteFailedAndCanBeTriedAgain()
    {
        using var mei = await MagnumCaller.AsAsync(sandbox.Host, "mei", "team-data");
        var uuid = await mei.CreateAsync("held-fast");
        await mei.WaitAsync(uuid, "CREATE_COMPLETE");
        using var control = new HttpClient();
        await SwitchAsync(control, true);
        try
        {
            await mei.SendAsync(HttpMethod.Delete, "/v1/clusters/" + uuid);
            var cluster = await mei.WaitAsync(uuid, "DELETE_FAILED");
            Assert.Contains("as it is required by one or more floating IPs", await mei.FailedReasonAsync(cluster), StringComparison.Ordinal);
        }
        finally
        {
            await SwitchAsync(control, false);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await mei.SendAsync(HttpMethod.Delete, "/v1/clusters/" + uuid)).Status);
        await Eventually.TrueAsync(
            async () =>
            {
                await sandbox.Host.AdvanceAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
                return (await mei.SendAsync(HttpMethod.Get, "/v1/clusters/" + uuid)).Status == HttpStatusCode.NotFound;
            },
            "the cluster is gone");
    }

    private async Task SwitchAsync(HttpClient control, bool on)
    {
        using var answer = await control.PostAsync(sandbox.Address("control") + "/fail:delete", new StringContent($$"""{"on": {{(on ? "true" : "false")}}}""", System.Text.Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
    }
}
