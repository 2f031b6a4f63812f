using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Patching;

/// <summary>Server-side apply: merges what one manager wants into what is there, and knows who owns what.</summary>
internal static class ServerSideApply
{
    /// <summary>Gives the merged object, with the new <c>managedFields</c>.</summary>
    /// <exception cref="KubeException">409 when fields of another manager would change and <paramref name="force"/> is not given.</exception>
    public static JsonObject Apply(JsonObject? live, JsonObject config, string manager, string apiVersion, string subresource, bool force, DateTimeOffset now)
    {
        var wanted = FieldSet.Of(config);
        var entries = ManagedFields.Entries(live);
        var mine = entries.Find(e => e.Manager == manager && e.Operation == "Apply" && e.Subresource == subresource);
        var merged = live?.Clone() ?? [];
        var changed = wanted.Where(path => !JsonNode.DeepEquals(FieldSet.Find(live, path), FieldSet.Find(config, path)) && !IsItem(path));
        TakeFromOthers(entries, mine, changed, force);
        foreach (var path in (mine?.Fields.Paths() ?? []).Where(p => !wanted.Has(p)).OrderByDescending(p => p.Count).ToList())
        {
            if (!entries.Exists(e => e != mine && e.Fields.Has(path)))
            {
                Remove(merged, path);
            }
        }

        Merge(merged, config);
        var same = mine is not null && JsonNode.DeepEquals(mine.Fields.Write(), wanted.Write());
        var entry = new ManagedFields.Entry(manager, "Apply", apiVersion, subresource, wanted, same ? mine!.Time : KubeTime.Text(now));
        if (mine is null)
        {
            entries.Insert(entries.FindLastIndex(e => e.Operation == "Apply") + 1, entry);
        }
        else
        {
            entries[entries.IndexOf(mine)] = entry;
        }

        ManagedFields.Put(merged, entries);
        return merged;
    }

    private static bool IsItem(IReadOnlyList<string> path) => path[^1][0] == 'k';

    private static void TakeFromOthers(List<ManagedFields.Entry> entries, ManagedFields.Entry? mine, FieldSet changed, bool force)
    {
        var conflicts = new List<(string Who, string Field)>();
        foreach (var other in entries.Where(e => e != mine))
        {
            foreach (var path in changed.Paths().Where(other.Fields.Has).ToList())
            {
                var who = other.Operation == "Apply" ? $"\"{other.Manager}\"" : $"\"{other.Manager}\" {(other.Subresource.Length > 0 ? $"with subresource \"{other.Subresource}\" " : string.Empty)}using {other.ApiVersion}";
                conflicts.Add((who, FieldSet.Text(path)));
                if (force)
                {
                    other.Fields.Remove(path);
                }
            }
        }

        if (conflicts.Count > 0 && !force)
        {
            throw Conflict(conflicts);
        }
    }

    private static KubeException Conflict(List<(string Who, string Field)> conflicts)
    {
        var causes = conflicts.Select(c => new JsonObject { ["reason"] = "FieldManagerConflict", ["message"] = $"conflict with {c.Who}", ["field"] = c.Field });
        var text = conflicts.Count == 1
            ? $"Apply failed with 1 conflict: conflict with {conflicts[0].Who}: {conflicts[0].Field}"
            : $"Apply failed with {conflicts.Count} conflicts: " + string.Join('\n', conflicts.GroupBy(c => c.Who).Select(g => $"conflicts with {g.Key}:\n{string.Join('\n', g.Select(c => "- " + c.Field))}"));
        return new KubeException(409, "Conflict", text, new JsonObject { ["causes"] = JsonPaths.Array(causes) });
    }

    private static void Remove(JsonObject body, IReadOnlyList<string> path)
    {
        var parent = FieldSet.Find(body, path.Take(path.Count - 1).ToList());
        switch (parent)
        {
            case JsonObject inner when path[^1][0] == 'f' && path[^1] != "f:metadata":
                inner.Remove(path[^1][2..]);
                break;
            case JsonArray list when FieldSet.Find(list, [path[^1]]) is { } item:
                list.Remove(item);
                break;
            default:
                break;
        }
    }

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (name, value) in from)
        {
            if (value is JsonObject inner && into[name] is JsonObject there && !FieldKeys.IsAtomic(name))
            {
                Merge(there, inner);
            }
            else if (value is JsonArray { Count: > 0 } list && into[name] is JsonArray old && FieldKeys.ForApply(name, list) is { } keys)
            {
                MergeList(old, list, keys);
            }
            else if (value is JsonArray items && into[name] is JsonArray had && FieldKeys.IsSet(name))
            {
                foreach (var item in items.Where(i => !had.Any(h => JsonNode.DeepEquals(h, i))).ToList())
                {
                    had.Add(item?.DeepClone());
                }
            }
            else
            {
                into[name] = value?.DeepClone();
            }
        }
    }

    private static void MergeList(JsonArray into, JsonArray from, string[] keys)
    {
        foreach (var item in from.OfType<JsonObject>())
        {
            var key = FieldKeys.KeyOf(item, keys);
            if (into.OfType<JsonObject>().FirstOrDefault(i => FieldKeys.KeyOf(i, keys) == key) is { } there)
            {
                Merge(there, item);
            }
            else
            {
                into.Add(item.DeepClone());
            }
        }
    }
}
