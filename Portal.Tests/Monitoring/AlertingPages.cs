using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Receivers;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Monitoring.Silences;
using Portal.Core.Provisioning;
using Portal.Monitoring;
using Portal.Shared.Ranges;
using Portal.Tests.Support.Fakes;
using static Portal.Tests.Support.Fakes.FakeAlerts;

namespace Portal.Tests.Monitoring;

/// <summary>The pages beside the alerts, over fakes, with a clock that a test moves.</summary>
public abstract class AlertingPages : BunitContext
{
    private protected AlertingPages()
    {
        Services.AddMudServices();
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddSingleton<IClusterService>(Clusters);
        Services.AddSingleton<IProjectAlerts>(Alerts);
        Services.AddSingleton<IPlanService>(new FakePlans());
        Services.AddSingleton<IAlertReceivers>(Receivers);
        Services.AddSingleton<ISilences>(Silences);
        Services.AddSingleton<IAlertRules>(Silences);
        Services.AddScoped<BrowserZone>();
        JSInterop.Mode = JSRuntimeMode.Loose;
        Clusters.Rows.Add(ShopWorld.Row("c5", "shop-prod-1", StateKind.Ok, "ready"));
        Alerts.Books = [new("c5", Heard(), [Alert("a", "ApiSlow", "warning", TimeSpan.FromHours(1), null, ("namespace", "zone-prod")), Alert("b", "ApiSlow", "warning", TimeSpan.FromHours(1), null, ("namespace", "zone-test"))])];
        Receivers.Lists.Add(new("c5", true, true, [new AlertReceiver { Name = "pager", Kind = ReceiverKind.Webhook, Host = "https://pager.example.test", HasSecret = true }]));
        Silences.Lists.Add(new("c5", true, [
            FakeSilences.Silence("s1", SilenceState.Active, "disk is extended", new SilenceMatcher("alertname", "ApiSlow")),
            FakeSilences.Silence("s2", SilenceState.Expired, "long ago", new SilenceMatcher("alertname", "Other")),
        ]));
    }

    private protected FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    private protected FakeAlerts Alerts { get; } = new();

    private protected FakeClusters Clusters { get; } = new();

    private protected FakeScopes Scopes { get; } = new();

    private protected FakeReceivers Receivers { get; } = new();

    private protected FakeSilences Silences { get; } = new();

    private protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private protected IRenderedComponent<T> Show<T>(string address)
        where T : IComponent
    {
        Navigation.NavigateTo(address);
        return Render<T>(p =>
        {
            p.TryAdd("ProjectId", "p1");
            p.AddCascadingValue(Scopes.Scope);
        });
    }

    /// <summary>Lets the pause between two readings pass.</summary>
    private protected void Wait() => Clock.Advance(AlertingPageLife.Pause);
}
