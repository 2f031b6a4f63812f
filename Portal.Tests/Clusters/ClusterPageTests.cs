using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Clusters;
using Portal.Clusters.Details;
using Portal.Core.Addons;
using Portal.Core.Clusters;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Clusters;

/// <summary>The page of one cluster. MudBlazor's dialogs can only be disposed of asynchronously.</summary>
public sealed class ClusterPageTests : IAsyncLifetime
{
    private readonly BunitContext _bunit = new();
    private readonly FakeClusters _clusters = new();
    private readonly FakeScopes _scopes = new();
    private readonly FakeAlerts _alerts = new();

    public ClusterPageTests()
    {
        _bunit.Services.AddMudServices();
        _bunit.Services.AddOptions<AddonsOptions>();
        _bunit.Services.AddSingleton(TimeProvider.System);
        _bunit.Services.AddSingleton<Portal.Core.Kubernetes.IClusterApps>(new Portal.Tests.Support.Fakes.FakeApps());
        _bunit.Services.AddSingleton<IClusterService>(_clusters);
        _bunit.Services.AddSingleton<IClusterEvidence>(new FakeOffer());
        _bunit.Services.AddSingleton<Portal.Core.Monitoring.Alerts.IProjectAlerts>(_alerts);
        _bunit.JSInterop.Mode = JSRuntimeMode.Loose;
        _clusters.Rows.AddRange(ShopWorld.Rows());
    }

    /// <inheritdoc />
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public async Task DisposeAsync() => await _bunit.DisposeAsync();

    [Fact]
    public async Task Dialog_BegunByAButton_StaysOpenWhenThePageIsRenderedAgain()
    {
        var dialogs = _bunit.Render<MudDialogProvider>();
        var id = _clusters.Rows.First(r => r.Actions.Any(a => a is { Action: ClusterAction.Resize, IsAllowed: true })).Cluster.Id;
        var page = _bunit.Render<ClusterPage>(p => p.Add(c => c.ProjectId, "p1").Add(c => c.ClusterId, id).AddCascadingValue(_scopes.Scope));
        await page.FindAll("button").First(b => b.TextContent == ClustersText.ActionResize).ClickAsync(new());
        dialogs.WaitForAssertion(() => Assert.Single(dialogs.FindAll("#resize-nodes")));

        page.Render(p => p.Add(c => c.ProjectId, "p1"));

        Assert.Single(dialogs.FindAll("#resize-nodes"));
    }
}
