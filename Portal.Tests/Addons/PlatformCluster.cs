using System.Text.Json.Nodes;
using Portal.Core.Addons;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>A cluster that the real portal has made a platform, over the sandbox.</summary>
public class PlatformCluster : IAsyncLifetime
{
    private PortalHost host = null!;

    /// <summary>Gets the profile.</summary>
    protected virtual string Profile => "default";

    /// <summary>Gets the number of workers.</summary>
    protected virtual int Nodes => 2;

    /// <summary>Gets further options of the portal.</summary>
    protected virtual string[] Options => [];

    internal IKubernetesApi Api { get; private set; } = null!;

    internal Plan Plan { get; private set; } = null!;

    /// <summary>Gets the sandbox's own view of the cluster: hands that are not the portal's.</summary>
    internal Portal.Sandbox.Kubernetes.KubeCluster Inside =>
        ((Portal.Sandbox.Kubernetes.KubernetesService)host.Sandbox.Context.Get<Portal.Sandbox.World.IKubernetesFleet>()).Find(Plan.Inputs.GetProperty("clusterId").GetString()!)!;

    internal string DataFolder => host.DataFolder;

    internal string Url => host.Url;

    internal string ClusterId => Plan.Inputs.GetProperty("clusterId").GetString()!;

    internal Portal.Sandbox.Faults.FaultRegistry Faults => host.Sandbox.Context.Faults;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        host = await PortalHost.StartAsync([.. InitialisationTests.FastOptions, .. Options], new SandboxOptions { Pace = 2000 });
        var scope = await InitialisationTests.ScopeAsync(host);
        var template = (await host.Get<IClusterOffer>().ListTemplatesAsync(scope, CancellationToken.None))[0];
        var created = await host.Get<IClusterService>().CreateAsync(
            scope, new ClusterSpec { Name = "shop-logs", TemplateId = template.Id, NodeCount = Nodes, MasterCount = 1, Profile = Profile }, Guid.NewGuid().ToString(), CancellationToken.None);
        Plan = await InitialisationTests.EndAsync(host, scope, created.ClusterId);
        Api = await host.Get<IClusterConnector>().AsPortalAsync(new ClusterKey(scope.Region, scope.ProjectId, created.ClusterId), CancellationToken.None);
        Assert.True(Plan.State == PlanState.Done, InitialisationTests.Explain(Plan));
    }

    /// <inheritdoc />
    public async Task DisposeAsync() => await host.DisposeAsync();

    internal Task<Portal.Core.Backends.Scope> ScopeAsync(string project = "team-shop") => InitialisationTests.ScopeAsync(host, project);

    /// <summary>Waits for the end of the cluster's newest plan.</summary>
    internal Task<Plan> EndAsync(Portal.Core.Backends.Scope scope) => InitialisationTests.EndAsync(host, scope, Plan.Inputs.GetProperty("clusterId").GetString()!);

    internal T Get<T>()
        where T : notnull => host.Get<T>();

    /// <summary>Ends the portal and starts it again on the same data and cluster.</summary>
    internal async Task RestartAsync()
    {
        await host.RestartAsync();
        var scope = await ScopeAsync();
        Api = await Get<IClusterConnector>().AsPortalAsync(new ClusterKey(scope.Region, scope.ProjectId, ClusterId), CancellationToken.None);
    }

    /// <summary>Runs an add-on's installation once more; gives what it waits for.</summary>
    internal Task<Reason?> AgainAsync(string addon)
    {
        var parameters = new AddonParameters { Registry = Get<Microsoft.Extensions.Options.IOptions<AddonsOptions>>().Value.Registry, Cluster = "shop-logs", StorageClass = "block" };
        return new AddonInstallation(Get<AddonCatalog>(), Api, addon, parameters).RunAsync(_ => Task.CompletedTask, CancellationToken.None);
    }

    /// <summary>Makes Alertmanager as an older release would have made it: with another volume template, which nobody can change.</summary>
    internal async Task MakeAlertmanagerOlderAsync()
    {
        var sets = KubernetesResource.Of("apps/v1", "StatefulSet");
        var set = await ObjectAsync("apps/v1", "StatefulSet", "monitoring", "alertmanager");
        await Api.DeleteAsync(sets, "monitoring", "alertmanager", CancellationToken.None, orphan: true);
        await Eventually.TrueAsync(async () => await Api.FindAsync(sets, "monitoring", "alertmanager", CancellationToken.None) is null, "it is gone");
        var site = new AddonsOptions { Registry = set["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString().Split("/prometheus/")[0] };
        site.Parameters["alertmanager"] = new() { ["storageSize"] = "2Gi" };
        foreach (var manifest in new AddonCatalog(site).Render("alertmanager", new AddonParameters { Registry = site.Registry, Cluster = "shop-logs", StorageClass = "block" }))
        {
            manifest["metadata"]!["labels"]!["container-platform/version"] = "0.32.0";
            await Api.ApplyAsync(manifest, CancellationToken.None);
        }
    }

    /// <summary>Asks a port of a pod.</summary>
    internal Task<bool> AskAsync(AddonRequest request, string inNamespace = "logging") => PodHttp.SucceedsAsync(Api, inNamespace, request, CancellationToken.None);

    /// <summary>Gives the data of the Secrets of a namespace that add-ons have made.</summary>
    internal async Task<string> SecretsAsync(string inNamespace)
    {
        var secrets = await Api.ListAsync(KubernetesResource.Of("v1", "Secret"), inNamespace, CancellationToken.None, labelSelector: "container-platform/addon");
        return string.Concat(secrets.Select(s => $"{s["metadata"]!["name"]} {s["data"]!.ToJsonString()}\n"));
    }

    internal async Task<IEnumerable<string>> SecretValuesAsync(string inNamespace) =>
        (await Api.ListAsync(KubernetesResource.Of("v1", "Secret"), inNamespace, CancellationToken.None, labelSelector: "container-platform/addon"))
        .SelectMany(s => s["data"]!.AsObject()).Where(d => d.Key is not ("username" or "tls.crt")).Select(d => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(d.Value!.GetValue<string>())));

    internal async Task<JsonObject> ObjectAsync(string version, string kind, string inNamespace, string name) =>
        await Api.FindAsync(KubernetesResource.Of(version, kind), inNamespace, name, CancellationToken.None) ?? throw new InvalidOperationException($"No {kind} {name}.");
}
