using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Delivery;
using Portal.Core.Identity;
using Portal.Core.Live;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Provisioning;
using Portal.Core.Registry;
using Portal.Core.Registry.Harbor;
using Portal.Core.Storage;
using Portal.Tests.Clusters;
using Portal.Tests.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>The mapping as a portal has it: its own registrations, a store, Harbor over HTTP; the steps are run by hand.</summary>
internal sealed class MappingRoom : IAsyncDisposable
{
    private readonly ServiceProvider services;

    public MappingRoom(string harbor, IDocumentStore? store = null, string keyId = "a", Action<HarborOptions>? configure = null, TimeProvider? network = null)
    {
        Documents = store ?? MemoryHome.NewStore();
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSingleton(network is null ? NetworkTime.Real : new NetworkTime(network));
        collection.AddBackends();
        collection.AddRegistry();
        collection.AddAudit();
        collection.AddMapping().AddMappingComparison();
        collection.AddSingleton<ICloudProjects>(Clouds);
        collection.AddSingleton<IPlatformScope>(new FakePlatform());
        collection.AddSingleton<IRegistryPlaces, MappedRegistryPlaces>();
        collection.AddSingleton(Documents);
        collection.AddSingleton<ISecretProtector>(new SecretProtector(SecretProtectorTests.Keys(keyId)));
        collection.AddSingleton<IPlanService>(Plans);
        collection.AddSingleton<IChangeBus, InProcessChangeBus>();
        collection.Configure<HarborOptions>(options =>
        {
            options.Url = harbor;
            options.Password = "labpass";
            options.StorageLimit = 7_000_000_000;
            configure?.Invoke(options);
        });
        services = collection.BuildServiceProvider();
    }

    public IDocumentStore Documents { get; }

    public MemoryPlans Plans { get; } = new();

    public FakeClouds Clouds { get; } = new();

    public IMappingComparison Comparison => services.GetRequiredService<IMappingComparison>();

    public IMappingService Service => services.GetRequiredService<IMappingService>();

    public IHarborClient Harbor => services.GetRequiredService<IHarborClient>();

    public IHarborAccounts Accounts => services.GetRequiredService<IHarborAccounts>();

    public IReadOnlyList<IProvisioningStep> Steps => [.. services.GetServices<IProvisioningStep>().Where(s => s.PlanKind == MappingPlans.Kind)];

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public MappingStore Store => services.GetRequiredService<MappingStore>();

    public IProvisioningStep Step(string id) => Steps.Single(s => s.Id == id);

    /// <summary>Runs all steps in order; gives their results by id.</summary>
    public async Task<Dictionary<string, StepResult>> RunAsync(MappingInputs inputs, Action<string>? keeping = null)
    {
        var results = new Dictionary<string, StepResult>(StringComparer.Ordinal);
        foreach (var step in Steps.Where(s => s.AppliesTo(default)))
        {
            Assert.All(step.DependsOn, d => Assert.True(results.ContainsKey(d), $"{step.Id} runs before {d}"));
            results[step.Id] = await step.RunAsync(new TestStepContext(step, inputs) { Keeping = keeping }, CancellationToken.None);
        }

        return results;
    }

    public async Task UndoAsync(MappingInputs inputs)
    {
        foreach (var step in Steps.Reverse())
        {
            await step.UndoAsync(new TestStepContext(step, inputs), CancellationToken.None);
        }
    }

    public async Task<ProjectMapping?> MappingAsync(MappingInputs inputs) => await Store.FindAsync(inputs.ProjectId, CancellationToken.None);

    /// <summary>Says whether Harbor takes the pull robot's kept credential.</summary>
    public async Task<bool> PullWorksAsync(MappingInputs inputs)
    {
        var mapping = (await MappingAsync(inputs))!;
        return await Accounts.AcceptsAsync(new HarborLogin(mapping.Pull.FullName!, Store.Open(inputs.ProjectId, "pull", mapping.Pull.Secret)!), CancellationToken.None);
    }

    public static MappingInputs NewProject(string? name = null)
    {
        var id = Guid.NewGuid().ToString("N");
        return new MappingInputs(id, name ?? "Team " + id[..8]);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
