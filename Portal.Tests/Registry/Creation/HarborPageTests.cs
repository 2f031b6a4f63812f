using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Creation;
using Portal.Core.Registry.Verification;
using Portal.Mapping.Registering;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Registry.Creation;

/// <summary>The portal's Harbor in the console.</summary>
public sealed class HarborPageTests : BunitContext, IAsyncLifetime
{
    private readonly FakeRegistration _registration = new();
    private readonly FakeScopes _scopes = new() { Capabilities = [Capability.Read, Capability.Write, Capability.Administer] };

    public HarborPageTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IHarborRegistration>(_registration);
        Services.AddSingleton<IClusterOffer>(new FakeOffer());
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    [Fact]
    public void Create_WithoutAnything_TellsEachFieldWhatIsWrong_AndBeginsWhenItIsRight()
    {
        var page = Open();

        page.FindAll("button").Single(b => b.TextContent == "Make it").Click();
        Assert.Contains("A whole name in lower case", page.Find("#hostname-error").TextContent, StringComparison.Ordinal);
        Assert.Contains("Choose the prepared image.", page.Find("#image-error").TextContent, StringComparison.Ordinal);
        Assert.Empty(_registration.Made);

        page.Find("#hostname").Change("harbor.example.org");
        page.Find("#image").Change("i1");
        page.Find("#flavor").Change("f2");
        page.Find("#external").Change("n0");
        page.Find("#dns").Change("192.0.2.53, dns.example");
        page.Find("#ssh").Change("anywhere");
        page.Find("#balancer-certificate").Change("https://barbican/v1/containers/1");
        page.FindAll("button").Single(b => b.TextContent == "Make it").Click();
        Assert.True(page.Find("details").HasAttribute("open"));
        Assert.Equal(["dns-error", "ssh-error", "balancer-certificate-error"], page.FindAll("[id$=-error]:has(.fail)").Select(e => e.Id));
        Assert.Empty(_registration.Made);
        page.Find("#dns").Change("192.0.2.53, 2001:db8::53");
        page.Find("#ssh").Change("198.51.100.0/24");
        page.Find("#balancer").Change("8b7f2f5e-5b62-4a0f-9a35-2f2f0c6c2d11");
        Assert.Empty(page.FindAll("#hostname-error .hp"));
        page.FindAll("button").Single(b => b.TextContent == "Make it").Click();

        var made = Assert.Single(_registration.Made);
        Assert.Equal(("harbor.example.org", "f2", 200), (made.Hostname, made.Flavor, made.VolumeSize));
        Assert.EndsWith("/p/p1/plans/plan-7", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Configured_SaysWhatToSet()
    {
        _registration.Home = new HarborHome(HarborSource.Configured, "https://site.example.org", "portal", 3) { RegisteredUrl = "https://other.example.org" };

        var page = Open();

        Assert.Contains("Portal:Harbor:Url is set and always wins", page.Markup, StringComparison.Ordinal);
        Assert.Contains("https://other.example.org is registered, but not used", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Register_ShowsTheChecks_AndThatNothingWasRegistered()
    {
        var page = Open();
        page.Find("#existing-url").Change("https://site.example.org");
        page.Find("#existing-password").Change("Example-Passw0rd-1");

        page.FindAll("button").Single(b => b.TextContent == "Test and register").Click();

        page.WaitForAssertion(() => Assert.Contains("It was not registered", page.Markup, StringComparison.Ordinal));
        Assert.Equal("reachable", page.Find("tbody tr").GetAttribute("data-check"));
        Assert.DoesNotContain("Example-Passw0rd-1", page.Find("tbody").InnerHtml, StringComparison.Ordinal);
    }

    [Fact]
    public void Delete_NamesTheVolumeAndThePlaces_AndWantsTheNameTyped()
    {
        var dialogs = Render<MudDialogProvider>();
        _registration.Home = new HarborHome(HarborSource.Registered, "https://h.example.org", "portal", 3)
        {
            RegisteredUrl = "https://h.example.org",
            Stack = new HarborStack("s1", new HarborSpec { Hostname = "h.example.org" }, "volume-1", "p1", true),
        };
        var page = Open();
        Assert.Empty(page.FindAll("#hostname"));

        page.FindAll("button").Single(b => b.TextContent == "Delete").Click();
        dialogs.WaitForAssertion(() => Assert.Contains("volume-1", dialogs.Markup, StringComparison.Ordinal));
        Assert.Contains("Projects with a place in it: 3.", dialogs.Markup, StringComparison.Ordinal);
        Assert.True(dialogs.FindAll("button").Single(b => b.TextContent == "Delete").HasAttribute("disabled"));
        dialogs.Find("input").Input("harbor");
        dialogs.FindAll("button").Single(b => b.TextContent == "Delete").Click();

        dialogs.WaitForAssertion(() => Assert.Equal("harbor", _registration.Deleted));
    }

    [Fact]
    public void Member_IsToldThatItIsThePlatformTeams_AndNothingIsAsked()
    {
        _scopes.Capabilities = [Capability.Read, Capability.Write];

        var page = Open();

        Assert.Contains("The registration cannot be shown", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("button.btn"));
        Assert.False(_registration.WasAsked);
    }

    private IRenderedComponent<HarborPage> Open() => Render<HarborPage>(p => p.Add(m => m.ProjectId, "p1").AddCascadingValue(_scopes.Scope));

    private sealed class FakeRegistration : IHarborRegistration
    {
        public HarborHome Home { get; set; } = new(HarborSource.None, null, "", 0);

        public List<HarborSpec> Made { get; } = [];

        public string? Deleted { get; private set; }

        public bool WasAsked { get; private set; }

        public Task<HarborHome> GetAsync(Scope scope, CancellationToken cancellationToken)
        {
            WasAsked = true;
            return Task.FromResult(Home);
        }

        public Task<Plan> CreateAsync(Scope scope, HarborSpec spec, CancellationToken cancellationToken)
        {
            if (HarborSpecRules.Check(spec) is { IsEmpty: false } errors)
            {
                throw new ClusterInvalidException(errors);
            }

            Made.Add(spec);
            return Task.FromResult(PlanOf(scope));
        }

        public Task<Plan> UpgradeAsync(Scope scope, string image, string flavor, string typedName, CancellationToken cancellationToken) => Task.FromResult(PlanOf(scope));

        public Task<Plan> DeleteAsync(Scope scope, string? typedName, CancellationToken cancellationToken)
        {
            Deleted = typedName;
            return Task.FromResult(PlanOf(scope));
        }

        public Task<RegistrationResult> RegisterAsync(Scope scope, ExistingHarbor harbor, Action<CheckResult> told, CancellationToken cancellationToken)
        {
            var check = new CheckResult("reachable", CheckOutcome.Failed, "call.unreachable", "GET /api/v2.0/systeminfo");
            told(check);
            return Task.FromResult(new RegistrationResult(new VerificationReport(harbor.Url, DateTimeOffset.UtcNow, [check]), false));
        }

        public Task ForgetAsync(Scope scope, string? typedHost, CancellationToken cancellationToken) => Task.CompletedTask;

        private static Plan PlanOf(Scope scope) => new()
        {
            Id = "plan-7",
            Kind = HarborPlans.Create,
            KindVersion = 1,
            Subject = HarborPlans.Subject,
            SubjectName = "harbor",
            ProjectId = scope.ProjectId,
            Region = scope.Region,
            RequestedById = "u1",
            RequestedBy = "pavel",
            Inputs = default,
            Steps = [],
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
    }
}
