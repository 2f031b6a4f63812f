using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Mapping.PullRenewal;
using Portal.Core.Provisioning;
using Portal.Registry;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Registry;

public sealed class PullSecretCardTests : BunitContext
{
    private readonly FakePullRenewal _renewal = new();
    private readonly FakeScopes _scopes = new();

    public PullSecretCardTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IPullRenewal>(_renewal);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Renew_BeginsThePlan_AndLeadsToIt()
    {
        var card = Open();
        Assert.Contains("2 clusters have it.", card.Markup, StringComparison.Ordinal);

        card.Find("button").Click();

        Assert.Equal("/p/p1/plans/renewal-1", card.Find("[role=status] a").GetAttribute("href"));
        Assert.Empty(card.FindAll("button"));
        Assert.Equal(1, _renewal.Begun);
    }

    [Fact]
    public void Renew_WhileAnotherPlanChangesThePlace_LeadsToThatOne()
    {
        _renewal.Failure = new SubjectLockedException(FakePlans.Running("mapping-7", MappingPlans.Kind));
        var card = Open();

        card.Find("button").Click();

        Assert.Equal("/p/p1/plans/mapping-7", card.Find("[role=status] a").GetAttribute("href"));
        Assert.Contains("The project's place in Harbor is being changed.", card.Find("[role=status]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Renew_Refused_SaysWhy_AndCanBeAskedAgain()
    {
        _renewal.Failure = new BackendException("harbor", "renew", BackendFailure.Unreachable);
        var card = Open();

        card.Find("button").Click();

        Assert.NotEmpty(card.FindAll("[role=alert]"));
        Assert.False(card.FindAll("button").Single(b => b.TextContent == "Renew for all clusters").HasAttribute("disabled"));
    }

    [Fact]
    public void State_WithARobotThatIsGone_AndOnesOfBefore_TellsBoth()
    {
        _renewal.State = _renewal.State! with { MadeAt = null, Before = ["robot$team-shop+portal-pull-old"], Clusters = 1 };

        var card = Open();

        Assert.Contains("the clusters cannot pull", card.Find(".warn").TextContent, StringComparison.Ordinal);
        Assert.Contains("robot$team-shop+portal-pull-old", card.Markup, StringComparison.Ordinal);
        Assert.Contains("1 cluster has it.", card.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Renew_ForAReader_IsNotOffered()
    {
        _scopes.Capabilities = [Capability.Read];

        Assert.DoesNotContain(Open().FindAll("button"), b => b.TextContent == "Renew for all clusters");
    }

    private IRenderedComponent<PullSecretCard> Open() => Render<PullSecretCard>(p => p.Add(c => c.Scope, _scopes.Scope));
}
