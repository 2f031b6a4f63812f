using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Receivers;
using Portal.Tests.Addons;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Receivers;

/// <summary>A portal that ends between the writing of receivers and Alertmanager's reload.</summary>
public sealed class ReceiverRestartTests : PlatformCluster
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected override string Profile => "told";

    protected override int Nodes => 1;

    protected override string[] Options => ["--Portal:Addons:Profiles:told=cluster-dns, alertmanager", "--Portal:Alerts:AskEvery=00:00:00.300"];

    private AlertmanagerControl Control => Get<AlertmanagerControl>();

    [Fact]
    public async Task Portal_EndedBeforeTheReload_LoadsWhatWasWritten_WhenItIsBack()
    {
        var key = await WrittenAsync();
        Assert.NotEqual((await StateAsync()).Revision, await Control.RevisionAsync(key, None));

        await RestartAsync();

        await Eventually.TrueAsync(async () => await Control.RevisionAsync(key, None) == (await StateAsync()).Revision && (await StateAsync()).Former is null, "the upkeep of the new portal loads it");
    }

    [Fact]
    public async Task Portal_ThatIsBackBeforeTheFileIsInThePod_LooksAgainSoon()
    {
        var key = await WrittenAsync();
        var (state, secret) = (await StateAsync(), await ObjectAsync("v1", "Secret", "monitoring", "portal-receivers"));
        var config = Encoding.UTF8.GetString(Convert.FromBase64String((string)secret["data"]!["alertmanager.yml"]!));
        var files = state.Receivers.SelectMany(r => r.Files).Select(f => KeyValuePair.Create(f, "http://a.invalid/x")).ToList();

        // What the pod has is of before; the portal, which knows nothing of the one that wrote, looks at all clusters once.
        await Api.ApplyAsync(ReceiverFile.Write(state, config.Replace(state.Revision!, "000000000000", StringComparison.Ordinal), files, null), None);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var upkeep = new ReceiverUpkeep(Get<ReceiverLoader>(), Get<AlertBooks>(), new OptionsWrapper<AlertsOptions>(new AlertsOptions()), clock, NullLogger<ReceiverUpkeep>.Instance);
        await upkeep.LookAsync(None);
        Assert.Equal("000000000000", await Control.RevisionAsync(key, None));

        await Api.ApplyAsync(ReceiverFile.Write(state, config, files, null), None);
        clock.Advance(TimeSpan.FromMinutes(1));
        await upkeep.LookAsync(None);

        Assert.Equal(state.Revision, await Control.RevisionAsync(key, None));
    }

    // Nobody loads it: the page is closed, and the portal's own upkeep stands still as in one that was killed.
    private async Task<ClusterKey> WrittenAsync()
    {
        var scope = await ScopeAsync();
        await Eventually.TrueAsync(async () => (await Get<IProjectAlerts>().ListAsync(scope, None)).Any(b => b.ClusterId == ClusterId && b.Source is { HasAlertmanager: true, Silence: null }), "Alertmanager is known");
        await Get<ReceiverUpkeep>().StopAsync(None);
        await Get<IAlertReceivers>().SaveAsync(scope, ClusterId, new ReceiverDraft { Name = "pager", Kind = ReceiverKind.Webhook, Url = "http://a.invalid/x", IsNew = true }, None);
        return new ClusterKey(scope.Region, scope.ProjectId, ClusterId);
    }

    private async Task<ReceiverState> StateAsync() => ReceiverFile.Read(await ObjectAsync("v1", "Secret", "monitoring", "portal-receivers"))!;
}
