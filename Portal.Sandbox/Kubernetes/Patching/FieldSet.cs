using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Patching;

/// <summary>A set of fields as <c>managedFields</c> writes it: a tree whose leaves (and marked nodes) are members.</summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> children = new(StringComparer.Ordinal);

    public bool Member { get; set; }

    public IReadOnlyDictionary<string, FieldSet> Children => children;

    public bool IsEmpty => !Member && children.Count == 0;

    /// <summary>Gets the fields of an object, without those that nobody can own.</summary>
    public static FieldSet Of(JsonObject body)
    {
        var set = new FieldSet();
        foreach (var (name, value) in body)
        {
            if (name is "kind" or "apiVersion")
            {
                continue;
            }

            set.AddField(name, value, name == "metadata");
        }

        return set;
    }

    /// <summary>Gets the fields that differ between two versions and are there in the new one.</summary>
    public static FieldSet Changed(JsonObject? before, JsonObject after) => Of(after).Where(path => !JsonNode.DeepEquals(Find(before, path), Find(after, path)));

    public static FieldSet Read(JsonNode? fields)
    {
        var set = new FieldSet();
        foreach (var (name, inner) in fields as JsonObject ?? [])
        {
            if (name == ".")
            {
                set.Member = true;
                continue;
            }

            var child = Read(inner);
            child.Member |= inner is JsonObject { Count: 0 };
            set.children[name] = child;
        }

        return set;
    }

    public JsonObject Write()
    {
        var json = new JsonObject();
        if (Member && children.Count > 0)
        {
            json["."] = new JsonObject();
        }

        foreach (var (name, child) in children)
        {
            json[name] = child.Write();
        }

        return json;
    }

    public bool Has(IReadOnlyList<string> path)
    {
        var at = this;
        foreach (var name in path)
        {
            if (!at.children.TryGetValue(name, out at))
            {
                return false;
            }
        }

        return at.Member || at.children.Count == 0;
    }

    public void Add(IReadOnlyList<string> path)
    {
        var at = this;
        foreach (var name in path)
        {
            if (!at.children.TryGetValue(name, out var next))
            {
                next = new FieldSet();
                at.children[name] = next;
            }

            at = next;
        }

        at.Member = true;
    }

    public void Remove(IReadOnlyList<string> path, int from = 0)
    {
        if (from == path.Count)
        {
            Member = false;
            return;
        }

        if (children.TryGetValue(path[from], out var child))
        {
            child.Remove(path, from + 1);
            if (child.IsEmpty)
            {
                children.Remove(path[from]);
            }
        }
    }

    public IEnumerable<IReadOnlyList<string>> Paths() => Walk([]);

    public FieldSet Where(Func<IReadOnlyList<string>, bool> keep)
    {
        var set = new FieldSet();
        foreach (var path in Paths().Where(keep))
        {
            set.Add(path);
        }

        return set;
    }

    public FieldSet Union(FieldSet other)
    {
        var set = Where(_ => true);
        foreach (var path in other.Paths())
        {
            set.Add(path);
        }

        return set;
    }

    /// <summary>Gives the value at a path of an object, or null.</summary>
    public static JsonNode? Find(JsonNode? node, IReadOnlyList<string> path)
    {
        foreach (var name in path)
        {
            node = name[0] switch
            {
                'f' => node is JsonObject inner && inner.TryGetPropertyValue(name[2..], out var next) ? next : null,
                'k' => (node as JsonArray)?.OfType<JsonObject>().FirstOrDefault(item => FieldKeys.KeyOf(item, KeyNames(name)) == name),
                _ => (node as JsonArray)?.FirstOrDefault(item => item?.ToJsonString() == name[2..]),
            };
        }

        return node;
    }

    public static string[] KeyNames(string key) => [.. JsonNode.Parse(key[2..])!.AsObject().Select(p => p.Key)];

    /// <summary>Writes a path as conflicts name it.</summary>
    public static string Text(IEnumerable<string> path) => string.Concat(path.Select(name => name[0] switch
    {
        'f' => "." + name[2..],
        'k' => $"[{string.Join(',', JsonNode.Parse(name[2..])!.AsObject().Select(p => $"{p.Key}={p.Value!.ToJsonString()}"))}]",
        _ => $"[={name[2..]}]",
    }));

    private void AddField(string name, JsonNode? value, bool metadata)
    {
        var child = new FieldSet();
        if (value is JsonObject { Count: > 0 } inner && !FieldKeys.IsAtomic(name))
        {
            foreach (var (key, item) in inner)
            {
                if (!(metadata && key is "name" or "namespace" or "creationTimestamp" or "resourceVersion" or "uid" or "generation" or "managedFields" or "selfLink"))
                {
                    child.AddField(key, item, false);
                }
            }

            if (child.IsEmpty)
            {
                return;
            }
        }
        else if (value is JsonArray list && FieldKeys.IsSet(name))
        {
            foreach (var item in list)
            {
                child.children["v:" + item!.ToJsonString()] = new FieldSet { Member = true };
            }
        }
        else if (value is JsonArray { Count: > 0 } items && FieldKeys.ForApply(name, items) is { } keys)
        {
            foreach (var item in items.OfType<JsonObject>())
            {
                var entry = new FieldSet { Member = true };
                foreach (var (key, field) in item)
                {
                    entry.AddField(key, field, false);
                }

                child.children[FieldKeys.KeyOf(item, keys)] = entry;
            }
        }
        else
        {
            child.Member = true;
        }

        children["f:" + name] = child;
    }

    private IEnumerable<IReadOnlyList<string>> Walk(IReadOnlyList<string> path)
    {
        if (path.Count > 0 && (Member || children.Count == 0))
        {
            yield return path;
        }

        foreach (var (name, child) in children)
        {
            foreach (var inner in child.Walk([.. path, name]))
            {
                yield return inner;
            }
        }
    }
}
