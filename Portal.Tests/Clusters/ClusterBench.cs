using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Creation;
using Portal.Core.Clusters.Heat;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Watching;
using Portal.Core.Identity;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>The feature with a Magnum and a clock of the test.</summary>
internal sealed class ClusterBench : IAsyncDisposable
{
    private readonly ServiceProvider services;

    /// <param name="store">The store, when it is to be shared.</param>
    /// <param name="beside">Another replica of the portal before the same Magnum; plans and clock are the same too.</param>
    /// <param name="isPolledByHand">Whether the region is listed at the start and then only when the test says so.</param>
    public ClusterBench(IDocumentStore? store = null, ClusterBench? beside = null, bool isPolledByHand = false)
    {
        (Time, Magnum, Plans) = beside is null ? (Time, Magnum, Plans) : (beside.Time, beside.Magnum, beside.Plans);
        var collection = new ServiceCollection().AddLogging();
        collection.AddSingleton<TimeProvider>(Time);
        collection.AddBackends().AddClusters();
        if (isPolledByHand)
        {
            collection.Configure<ClustersOptions>(o => (o.PollMoving, o.PollCalm) = (TimeSpan.FromDays(1), TimeSpan.FromDays(1)));
        }

        collection.AddSingleton(store ?? MemoryHome.NewStore());
        collection.AddSingleton<IPlatformScope, FakePlatform>();
        collection.AddSingleton<IPlanService>(Plans);
        collection.AddSingleton<IAuditLog>(Audit);
        collection.Replace(ServiceDescriptor.Singleton<IMagnumClient>(Magnum));
        collection.Replace(ServiceDescriptor.Singleton<IMagnumCertificates>(Magnum));
        collection.Replace(ServiceDescriptor.Singleton<IHeatClient>(Heat));
        services = collection.BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));

    public FakeMagnum Magnum { get; } = new();

    public FakeHeat Heat { get; } = new();

    public FakePlanService Plans { get; } = new();

    public MemoryAudit Audit { get; } = new();

    public IClusterService Clusters => services.GetRequiredService<IClusterService>();

    public IClusterEvidence Evidence => services.GetRequiredService<IClusterEvidence>();

    public ClusterCreator Creator => services.GetRequiredService<ClusterCreator>();

    public ClusterPoller Poller => services.GetRequiredService<ClusterPoller>();

    public ClusterBoard Board => Poller.Board(TestScopes.Region);

    public Scope Member { get; } = TestScopes.Fake(new Dictionary<string, string>());

    public Scope Stranger { get; } = TestScopes.Fake(new Dictionary<string, string>(), "p2");

    public Scope Reader { get; } = TestScopes.Fake(new Dictionary<string, string>(), capabilities: [Capability.Read]);

    public IProvisioningStep Step(string id) => services.GetServices<IProvisioningStep>().Single(s => s.Id == id);

    /// <summary>Waits until the first poll has answered.</summary>
    public Task PolledAsync()
    {
        var board = Poller.Board(TestScopes.Region);
        return Eventually.TrueAsync(() => board.Freshness("p1") is not { AsOf: null, Problem: null }, "polled");
    }

    public async ValueTask DisposeAsync() => await services.DisposeAsync();
}

/// <summary>A step's context in memory.</summary>
internal sealed class MemoryStepContext(Plan plan, string stepId) : StepContext
{
    private Plan current = plan with
    {
        Steps = [new PlanStep { Id = stepId, Version = 1, Phase = "cluster", DependsOn = [] }],
    };

    public override Plan Plan => current;

    public override PlanStep Step => current.Steps[0];

    public override Task KeepAsync(string name, string value, CancellationToken cancellationToken)
    {
        current = current with { Steps = [Step with { Outputs = Step.Outputs.SetItem(name, value) }] };
        return Task.CompletedTask;
    }

    public override Task ReportAsync(Reason reason, System.Collections.Immutable.ImmutableArray<MadeObject> made, CancellationToken cancellationToken) => Task.CompletedTask;
}
