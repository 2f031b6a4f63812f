using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Heat;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Magnum;

/// <summary>Fills Magnum from what was kept, or from the declarations <c>magnum</c> of the world.</summary>
internal sealed class MagnumSeed(MagnumState state, Conductor conductor, StackEngine engine)
{
    public void Fill(JsonNode? saved, JsonObject? declared, ServicesApi services)
    {
        Configure(declared);
        foreach (var service in declared?["services"] as JsonArray ?? [])
        {
            services.Add(Text(service, "host") ?? "sandbox", Text(service, "binary") ?? "magnum-conductor", Text(service, "state") ?? "up");
        }

        if (saved is not null)
        {
            Restore(saved);
            return;
        }

        foreach (var template in declared?["clustertemplates"] as JsonArray ?? [])
        {
            AddTemplate((JsonObject)template!);
        }

        foreach (var quota in declared?["quotas"] as JsonArray ?? [])
        {
            state.Quotas.Add(new MagnumQuota { Id = state.NextQuota(), ProjectId = state.Cloud.ProjectId(Text(quota, "project")), HardLimit = quota!["hard_limit"]!.GetValue<int>(), Created = state.Cloud.Now });
        }

        state.Cloud.IsPast = true;
        foreach (var cluster in declared?["clusters"] as JsonArray ?? [])
        {
            AddCluster((JsonObject)cluster!);
        }

        state.Cloud.IsPast = false;
    }

    private static string? Text(JsonNode? node, string name) => node?[name]?.ToString();

    private void Configure(JsonObject? declared)
    {
        if (declared?["api_versions"] is JsonArray { Count: 2 } versions)
        {
            state.MinVersion = MicroVersion.Parse(versions[0]!.ToString()) ?? state.MinVersion;
            state.MaxVersion = MicroVersion.Parse(versions[1]!.ToString()) ?? state.MaxVersion;
        }

        state.MaxClustersPerProject = declared?["max_clusters_per_project"]?.GetValue<int>() ?? 20;
        state.ListDelay = TimeSpan.FromMilliseconds(declared?["list_delay_ms"]?.GetValue<double>() ?? 0);
        state.ClustersReachable = declared?["clusters_reachable"]?.GetValue<bool>() ?? false;
    }

    private void Restore(JsonNode saved)
    {
        var shift = TimeSpan.FromSeconds(saved["clock_offset"]?.GetValue<double>() ?? 0) - state.Cloud.Context.Clock.Offset;
        state.Templates.AddRange(saved["templates"].Deserialize<List<ClusterTemplate>>(SavedJson.Options) ?? []);
        state.Quotas.AddRange(saved["quotas"].Deserialize<List<MagnumQuota>>(SavedJson.Options) ?? []);
        foreach (var cluster in saved["clusters"].Deserialize<List<Cluster>>(SavedJson.Options) ?? [])
        {
            if (shift > TimeSpan.Zero)
            {
                cluster.NextSync = cluster.NextSync == default ? default : cluster.NextSync - shift;
                cluster.NextHealth = default;
            }

            state.Clusters.Add(cluster);
        }

        state.Count();
    }

    private void AddTemplate(JsonObject declared)
    {
        var body = (JsonObject)declared.DeepClone();
        body.Remove("project");
        body.Remove("user");
        body["coe"] ??= "kubernetes";
        var values = TemplateFields.Read(body, "cluster_template");
        values["cluster_distro"] = state.Cloud.FindImage(values["image_id"]!.ToString())?.OsDistro;
        state.Templates.Add(new ClusterTemplate
        {
            Id = state.NextTemplate(),
            Uuid = Ids.Uuid(),
            ProjectId = state.Cloud.ProjectId(Text(declared, "project") ?? "admin"),
            UserId = state.Cloud.UserId(Text(declared, "user") ?? "admin"),
            Created = state.Cloud.Now.AddDays(-30),
            Values = values,
        });
    }

    /// <summary>Makes a declared cluster some time ago and lets everything happen since then at once.</summary>
    private void AddCluster(JsonObject declared)
    {
        var template = state.Templates.Find(t => t.Name == Text(declared, "template"))
            ?? throw new JsonException($"magnum.clusters: no template '{Text(declared, "template")}'.");
        var user = Text(declared, "user") ?? "admin";
        var age = TimeSpan.FromHours(double.Parse(Text(declared, "age_hours") ?? "24", CultureInfo.InvariantCulture));
        var wish = new ClusterWish
        {
            Name = Text(declared, "name")!,
            TemplateId = template.Uuid,
            Masters = declared["masters"]?.GetValue<int>() ?? 1,
            Nodes = declared["nodes"]?.GetValue<int>() ?? 1,
            Keypair = Text(declared, "keypair"),
            Labels = declared["labels"] is { } labels ? LabelMaps.Read(labels) : null,
            MergeLabels = true,
        };
        var token = new TokenInfo(state.Cloud.UserId(user), user, state.Cloud.ProjectId(Text(declared, "project")), Text(declared, "project"), null, new HashSet<string>(), state.Cloud.Now);
        var now = state.Cloud.Now;
        var cluster = wish.ToCluster(state, template, token, now - age);
        state.Clusters.Add(cluster);
        conductor.Create(cluster);
        conductor.Step(cluster, cluster.NextSync);
        engine.Run(now);
        if (cluster.Change is not null && state.Cloud.Stacks.TryGetValue(cluster.StackId!, out var stack) && !stack.IsBusy)
        {
            conductor.Step(cluster, stack.Events[^1].At.AddSeconds(8));
        }
    }
}
