using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>A whole plan engine over a store and a clock of the test; several over one store are several processes.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private bool stopped;

    public TestEngine(IDocumentHome home, FakeTimeProvider time, IEnumerable<IProvisioningStep> steps, ProvisioningOptions? options = null, IPlanObserver? observer = null)
    {
        Time = time;
        Store = new DocumentStore(home);
        var collection = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(time).AddSingleton(Store).AddProvisioning(options ?? new());
        foreach (var step in steps)
        {
            collection.AddSingleton(step);
        }

        if (observer is not null)
        {
            collection.AddSingleton(observer);
        }

        services = collection.BuildServiceProvider();
    }

    public static CloudRegion Region { get; } = new("cloud", "one");

    public static Scope Member { get; } = ScopeOf("p1", Capability.Read, Capability.Write);

    public FakeTimeProvider Time { get; }

    public IDocumentStore Store { get; }

    public IPlanService Plans => services.GetRequiredService<IPlanService>();

    public IWorkRunner Work => services.GetRequiredService<IWorkRunner>();

    public static Scope ScopeOf(string project, params Capability[] capabilities) => new()
    {
        Region = Region,
        ProjectId = project,
        ProjectName = project,
        UserId = "u1",
        UserName = "ada",
        Capabilities = [.. capabilities],
        Tokens = null!,
    };

    public static PlanRequest Request(string subject = "cluster/1", string inputs = "{}") =>
        new("test", subject, subject, JsonDocument.Parse(inputs).RootElement);

    public static async Task<TestEngine> StartAsync(IDocumentHome home, FakeTimeProvider time, IEnumerable<IProvisioningStep> steps, ProvisioningOptions? options = null, IPlanObserver? observer = null)
    {
        var engine = new TestEngine(home, time, steps, options, observer);
        await engine.StartAsync();
        return engine;
    }

    /// <summary>Starts one of several: when this returns, what is made from now on is not taken for left behind by a dead engine.</summary>
    public static async Task<TestEngine> StartBesideAsync(IDocumentHome home, FakeTimeProvider time, IEnumerable<IProvisioningStep> steps, IPlanObserver? observer = null)
    {
        var engine = await StartAsync(home, time, steps, observer: observer);
        await engine.services.GetRequiredService<PlanRunner>().Swept.WaitAsync(TimeSpan.FromMinutes(1));
        return engine;
    }

    public async Task StartAsync()
    {
        foreach (var hosted in services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(default);
        }
    }

    public async Task StopAsync()
    {
        stopped = true;
        foreach (var hosted in services.GetServices<IHostedService>().Reverse())
        {
            await hosted.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
        }
    }

    public async Task<Plan> PlanAsync(string id) => (await Store.FindAsync(PlanDocuments.Plans, id, default))!.Value;

    /// <summary>Waits until the plan is as wanted; the clock stands still unless it is told to run.</summary>
    public async Task<Plan> UntilAsync(string id, Func<Plan, bool> wanted, bool clockRuns = false)
    {
        Plan? seen = null;
        try
        {
            await Eventually.TrueAsync(
                async () => wanted(seen = await PlanAsync(id)), "", () => Time.Advance(clockRuns ? TimeSpan.FromSeconds(1) : TimeSpan.Zero));
        }
        catch (Xunit.Sdk.XunitException)
        {
            Assert.Fail($"The plan did not come so far: {JsonSerializer.Serialize(seen, DocumentJson.Options)}");
        }

        return seen!;
    }

    public Task<Plan> UntilAsync(string id, PlanState state, bool clockRuns = false) => UntilAsync(id, p => p.State == state, clockRuns);

    public async ValueTask DisposeAsync()
    {
        if (!stopped)
        {
            await StopAsync();
        }

        await services.DisposeAsync();
    }
}

/// <summary>Short words for what tests look at.</summary>
internal static class PlanWords
{
    public static string States(this Plan plan) => string.Join(' ', plan.Steps.Select(s => $"{s.Id}:{s.State}"));

    public static string[] AttemptReasons(this PlanStep step) => [.. step.Attempts.Select(a => a.Reason?.Code ?? "-")];
}
