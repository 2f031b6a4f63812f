using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>Elasticsearch in a pod: security, health, templates, policies, indices and searches of what shippers wrote.</summary>
internal static class ElasticsearchProgram
{
    public static void Register(IPodPrograms programs)
    {
        foreach (var image in ElasticsearchNode.Images)
        {
            programs.Add(image, 9200, Answer, ElasticsearchNode.Listens);
            programs.Add(image, 8080, (_, _) => PodAnswer.Text(200, string.Empty), ElasticsearchNode.IsReady);
        }

        foreach (var shipper in ShippedLogs.Shippers.Keys)
        {
            programs.Add(shipper, 24231, (_, question) => question.Path == "/metrics" ? PodAnswer.Text(200, "# TYPE fluentd_status_buffer_queue_length gauge\n") : PodAnswer.Text(404, "404 page not found\n"));
            programs.Add(shipper, 2020, (_, question) => question.Path is "/" or "/api/v1/health" or "/api/v2/health" ? PodAnswer.Text(200, "ok\n") : PodAnswer.Text(404, string.Empty));
        }
    }

    public static PodAnswer Answer(PodPlace place, PodQuestion question)
    {
        lock (place.Cluster.Store.Gate)
        {
            if (ElasticsearchNode.Find(place) is not { } node)
            {
                return ElasticsearchAnswer.NoMaster();
            }

            var (vendor, refusal) = node.Flavour.Media(question);
            var answer = refusal ?? (node.HasMaster ? Secured(node, question) : ElasticsearchAnswer.NoMaster());
            return ElasticsearchAnswer.Finished(answer, vendor, node.Flavour);
        }
    }

    private static PodAnswer Secured(ElasticsearchNode node, PodQuestion question)
    {
        var users = new ElasticsearchUsers(node);
        var (user, refusal) = users.Check(question);
        if (refusal is not null)
        {
            return refusal;
        }

        var path = question.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        var needed = path switch
        {
            [] or ["_cluster", ..] => ("monitor", "cluster:monitor/main"),
            ["_security", "_authenticate"] => (string.Empty, string.Empty),
            ["_security", ..] => ("manage_security", "cluster:admin/xpack/security"),
            ["_index_template", ..] => ("manage_index_templates", "indices:admin/index_template"),
            ["_ilm", ..] => ("manage_ilm", "cluster:admin/ilm"),
            _ => (string.Empty, string.Empty),
        };
        if (needed.Item1.Length > 0 && !users.MayCluster(user!, needed.Item1))
        {
            return users.Forbidden(user!, needed.Item2);
        }

        try
        {
            return Routed(node, users, user!, question, path);
        }
        catch (JsonException)
        {
            return ElasticsearchAnswer.Error(400, "parse_exception", "Failed to parse content to map");
        }
    }

    private static PodAnswer Routed(ElasticsearchNode node, ElasticsearchUsers users, string user, PodQuestion question, string[] path)
    {
        var lines = ShippedLogs.For(node);
        var indices = new ElasticsearchIndices(node);
        indices.MakeFor(lines);
        switch (path)
        {
            case []:
                return PodAnswer.Json(200, Root(node));
            case ["_security", "_authenticate"]:
                return PodAnswer.Json(200, new JsonObject { ["username"] = user, ["roles"] = JsonPaths.Texts(user == node.Flavour.Superuser ? ["superuser"] : node.State.Obj("users").Obj(user).Strings("roles")), ["enabled"] = true });
            case ["_security", ..]:
                return users.Answer(question, path);
            case ["_cluster", "health", ..]:
                return Health(node, indices, question);
            case ["_index_template", var name]:
                return Kept(node, question, "templates", name, $"index template matching [{name}] not found", body => new JsonObject { ["index_templates"] = new JsonArray(new JsonObject { ["name"] = name, ["index_template"] = body }) });
            case ["_ilm", "policy", var name]:
                return Kept(node, question, "policies", name, $"Lifecycle policy not found: {name}", body => new JsonObject { [name] = new JsonObject { ["version"] = 1, ["policy"] = body["policy"]?.DeepClone(), ["in_use_by"] = new JsonObject { ["indices"] = new JsonArray(), ["data_streams"] = new JsonArray(), ["composable_templates"] = new JsonArray() } } });
            case ["_data_stream", ..]:
                return PodAnswer.Json(200, new JsonObject { ["data_streams"] = new JsonArray() });
            case ["_cat", "indices", ..]:
                return indices.Cat(path.Length > 2 ? path[2] : "*", [.. lines]);
            case [.., "_search", "point_in_time"] when node.Flavour.IsOpenSearch:
            case [.., "_pit"] when !node.Flavour.IsOpenSearch:
                return Points(users, user, question, path, node.Flavour.IsOpenSearch);
            case [.., "_search" or "_count" or "_msearch" or "_field_caps"]:
                return SearchTrouble.Of(node.Cluster.Context, path) ?? Searched(new ElasticsearchSearch(indices, lines, node), users, user, question, path);
            case [var index] when !index.StartsWith('_') && question.Method is "GET" or "HEAD":
                return users.MayIndex(user, index, "view_index_metadata") ? indices.Describe(index, question.Method == "HEAD") : users.Forbidden(user, "indices:admin/get", index);
            default:
                return ElasticsearchAnswer.Error(400, "illegal_argument_exception", $"no handler found for uri [{question.Path}] and method [{question.Method}]");
        }
    }

    private static PodAnswer Searched(ElasticsearchSearch search, ElasticsearchUsers users, string user, PodQuestion question, string[] path)
    {
        var index = path.Length > 1 ? path[0] : string.Empty;
        PodAnswer? Refuse(string pattern) => Refused(users, user, pattern);
        switch (path[^1])
        {
            case "_msearch":
                return search.Many(question, index, Refuse);
            case "_search" when index.Length == 0 && JsonNode.Parse(question.Body.Length == 0 ? "{}"u8.ToArray() : question.Body).Str("pit.id") is { Length: > 0 } pit:
                return Refuse(PointInTime.Pattern(pit) ?? string.Empty) ?? search.Answer(question, string.Empty, countOnly: false);
        }

        return Refuse(index) ?? path[^1] switch
        {
            "_field_caps" => search.Fields(question, index.Length == 0 ? "*" : index),
            var what => search.Answer(question, index, what == "_count"),
        };
    }

    private static PodAnswer? Refused(ElasticsearchUsers users, string user, string pattern) =>
        pattern.Split(',').All(p => users.MayIndex(user, p.Length == 0 ? "*" : p, "read")) ? null : users.Forbidden(user, "indices:data/read/search", pattern);

    private static PodAnswer Points(ElasticsearchUsers users, string user, PodQuestion question, string[] path, bool isOpenSearch)
    {
        if (question.Method == "DELETE")
        {
            return PointInTime.Close(question, isOpenSearch);
        }

        var index = path.Length > (isOpenSearch ? 2 : 1) ? path[0] : string.Empty;
        return question.Method != "POST" || index.Length == 0 ? ElasticsearchAnswer.Error(400, "illegal_argument_exception", $"no handler found for uri [{question.Path}] and method [{question.Method}]")
            : Refused(users, user, index) ?? (question.Parameter("keep_alive") is null
                ? ElasticsearchAnswer.Error(400, "action_request_validation_exception", "Validation Failed: 1: [keep_alive] is not specified;") : PointInTime.Open(index, isOpenSearch));
    }

    private static JsonObject Root(ElasticsearchNode node) => new()
    {
        ["name"] = node.Pod.Name,
        ["cluster_name"] = node.Environment.GetValueOrDefault("cluster.name") ?? "container-platform",
        ["cluster_uuid"] = "s4ndb0xL0gsAAAAAAAAAAA",
        ["version"] = node.Flavour switch
        {
            { IsOpenSearch: true } => new JsonObject { ["distribution"] = "opensearch", ["number"] = node.Version, ["build_type"] = "docker", ["lucene_version"] = "9.12.1", ["minimum_wire_compatibility_version"] = "7.10.0", ["minimum_index_compatibility_version"] = "7.0.0" },
            { Major: 7 } => new JsonObject { ["number"] = node.Version, ["build_flavor"] = "default", ["build_type"] = "docker", ["lucene_version"] = "8.11.1", ["minimum_wire_compatibility_version"] = "6.8.0", ["minimum_index_compatibility_version"] = "6.0.0-beta1" },
            { Major: >= 9 } => new JsonObject { ["number"] = node.Version, ["build_flavor"] = "default", ["build_type"] = "docker", ["lucene_version"] = "10.2.2", ["minimum_wire_compatibility_version"] = "8.19.0", ["minimum_index_compatibility_version"] = "8.0.0" },
            _ => new JsonObject { ["number"] = node.Version, ["build_flavor"] = "default", ["build_type"] = "docker", ["lucene_version"] = "9.12.2", ["minimum_wire_compatibility_version"] = "7.17.0", ["minimum_index_compatibility_version"] = "7.0.0" },
        },
        ["tagline"] = node.Flavour.IsOpenSearch ? "The OpenSearch Project: https://opensearch.org/" : "You Know, for Search",
    };

    private static PodAnswer Health(ElasticsearchNode node, ElasticsearchIndices indices, PodQuestion question)
    {
        var all = indices.Find("*").ToList();
        var unassigned = all.Sum(i => Math.Max(0, ElasticsearchIndices.Replicas(i.Value!, node.Nodes) - node.Nodes + 1));
        var active = all.Sum(i => 1 + Math.Min(ElasticsearchIndices.Replicas(i.Value!, node.Nodes), node.Nodes - 1));
        var wanted = question.Parameter("wait_for_status");
        var late = wanted == "green" && unassigned > 0;
        return PodAnswer.Json(late ? 408 : 200, new JsonObject
        {
            ["cluster_name"] = Root(node)["cluster_name"]!.DeepClone(),
            ["status"] = unassigned > 0 ? "yellow" : "green",
            ["timed_out"] = late,
            ["number_of_nodes"] = node.Nodes,
            ["number_of_data_nodes"] = node.Nodes,
            ["active_primary_shards"] = all.Count,
            ["active_shards"] = active,
            ["relocating_shards"] = 0,
            ["initializing_shards"] = 0,
            ["unassigned_shards"] = unassigned,
            ["unassigned_primary_shards"] = 0,
            ["delayed_unassigned_shards"] = 0,
            ["number_of_pending_tasks"] = 0,
            ["number_of_in_flight_fetch"] = 0,
            ["task_max_waiting_in_queue_millis"] = 0,
            ["active_shards_percent_as_number"] = active + unassigned == 0 ? 100.0 : 100.0 * active / (active + unassigned),
        });
    }

    private static PodAnswer Kept(ElasticsearchNode node, PodQuestion question, string kind, string name, string missing, Func<JsonObject, JsonObject> shown)
    {
        switch (question.Method)
        {
            case "PUT" or "POST":
                node.State.Child(kind)[name] = JsonNode.Parse(question.Body);
                node.Keep();
                return ElasticsearchAnswer.Acknowledged();
            case "DELETE" when node.State.Obj(kind)?.Remove(name) == true:
                node.Keep();
                return ElasticsearchAnswer.Acknowledged();
            default:
                return node.State.Obj(kind).Obj(name) is { } known ? PodAnswer.Json(200, shown(known.Clone())) : ElasticsearchAnswer.Error(404, "resource_not_found_exception", missing);
        }
    }
}
