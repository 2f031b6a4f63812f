using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>The indices that shippers made. Each got its settings and mappings when it was made: a template that comes later does not change it.</summary>
internal sealed class ElasticsearchIndices(ElasticsearchNode node)
{
    /// <summary>Says whether a name fits a pattern with stars (or a comma list of them).</summary>
    public static bool Matches(string pattern, string name) => pattern is "_all" or "*" ||
        pattern.Split(',').Any(p => Regex.IsMatch(name, "^" + Regex.Escape(p).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.None, TimeSpan.FromSeconds(1)));

    public IEnumerable<KeyValuePair<string, JsonNode?>> Find(string pattern) => (node.State.Obj("indices") ?? []).Where(i => Matches(pattern, i.Key)).OrderBy(i => i.Key, StringComparer.Ordinal);

    /// <summary>Makes the indices that shipped documents need and that are not there.</summary>
    public void MakeFor(IEnumerable<ShippedLine> lines)
    {
        var made = false;
        foreach (var index in lines.Select(l => l.Index).Distinct().Where(i => node.State.Obj("indices").Obj(i) is null).ToList())
        {
            var template = (node.State.Obj("templates") ?? []).Where(t => t.Value.Strings("index_patterns").Any(p => Matches(p, index))).OrderByDescending(t => t.Value.Int("priority") ?? 0).FirstOrDefault();
            node.State.Child("indices")[index] = new JsonObject
            {
                ["created"] = node.Cluster.Context.Clock.Now.ToUnixTimeMilliseconds(),
                ["settings"] = template.Value.Obj("template").Obj("settings")?.Clone() ?? [],
                ["mappings"] = template.Value.Obj("template").Obj("mappings")?.Clone() ?? Dynamic(),
            };
            made = true;
        }

        if (made)
        {
            node.Keep();
        }
    }

    /// <summary>Gives one index in full, as <c>GET /INDEX</c> does.</summary>
    public PodAnswer Describe(string pattern, bool headOnly)
    {
        var found = Find(pattern).ToList();
        if (found.Count == 0 && !pattern.Contains('*', StringComparison.Ordinal))
        {
            return headOnly ? PodAnswer.Json(404, new JsonObject()) : ElasticsearchAnswer.NoIndex(pattern);
        }

        return PodAnswer.Json(200, new JsonObject(found.Select(i => KeyValuePair.Create(i.Key, (JsonNode?)new JsonObject
        {
            ["aliases"] = new JsonObject(),
            ["mappings"] = i.Value.Obj("mappings")?.Clone(),
            ["settings"] = new JsonObject { ["index"] = Settings(i.Value.Obj("settings")) },
        }))));
    }

    public PodAnswer Cat(string pattern, IReadOnlyCollection<ShippedLine> lines) => PodAnswer.Json(200, JsonPaths.Array(Find(pattern).Select(i => (JsonNode)new JsonObject
    {
        ["health"] = Replicas(i.Value!, node.Nodes) < node.Nodes ? "green" : "yellow",
        ["status"] = "open",
        ["index"] = i.Key,
        ["pri"] = "1",
        ["rep"] = Replicas(i.Value!, node.Nodes).ToString(CultureInfo.InvariantCulture),
        ["docs.count"] = lines.Count(l => l.Index == i.Key).ToString(CultureInfo.InvariantCulture),
        ["store.size"] = (lines.Count(l => l.Index == i.Key) * 400L).ToString(CultureInfo.InvariantCulture),
    })));

    /// <summary>Gets the copies wanted beside the first: one, unless the template says otherwise.</summary>
    public static int Replicas(JsonNode index, int nodes)
    {
        var settings = Settings(index.Obj("settings"));
        int Number(string? text, int otherwise) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
        return settings["auto_expand_replicas"].Text()?.Split('-') is [_, var most] ? Math.Min(nodes - 1, Number(most, nodes - 1)) : Number(settings["number_of_replicas"]?.ToString(), 1);
    }

    private static JsonObject Settings(JsonObject? settings)
    {
        var flat = settings.Obj("index")?.Clone() ?? [];
        foreach (var (name, value) in settings ?? [])
        {
            if (name != "index")
            {
                flat[name.StartsWith("index.", StringComparison.Ordinal) ? name[6..] : name] = value?.DeepClone();
            }
        }

        flat.Default("number_of_shards", "1");
        flat.Default("number_of_replicas", "1");
        return flat;
    }

    private static JsonObject Dynamic()
    {
        JsonObject Text() => new() { ["type"] = "text", ["fields"] = new JsonObject { ["keyword"] = new JsonObject { ["type"] = "keyword", ["ignore_above"] = 256 } } };
        return new JsonObject
        {
            ["properties"] = new JsonObject
            {
                ["@timestamp"] = new JsonObject { ["type"] = "date" },
                ["log"] = Text(),
                ["stream"] = Text(),
                ["kubernetes"] = new JsonObject { ["properties"] = new JsonObject { ["pod_name"] = Text(), ["namespace_name"] = Text(), ["container_name"] = Text(), ["host"] = Text() } },
            },
        };
    }
}
