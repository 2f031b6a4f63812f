using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Patching;

/// <summary>Who owns which fields, as <c>metadata.managedFields</c> keeps it.</summary>
internal static class ManagedFields
{
    /// <summary>Notes what a create, update or patch changed.</summary>
    public static void Track(JsonObject? before, JsonObject after, string manager, string apiVersion, string subresource, DateTimeOffset now)
    {
        var entries = Entries(before);
        var changed = FieldSet.Changed(before, after);
        var removed = before is null ? [] : FieldSet.Of(before).Paths().Where(p => FieldSet.Find(after, p) is null).ToList();
        var mine = entries.Find(e => e.Manager == manager && e.Operation == "Update" && e.Subresource == subresource);
        foreach (var entry in entries)
        {
            foreach (var path in removed.Concat(entry == mine ? [] : changed.Paths()).ToList())
            {
                entry.Fields.Remove(path);
            }
        }

        if (changed.Paths().Any())
        {
            if (mine is null)
            {
                mine = new Entry(manager, "Update", apiVersion, subresource, new FieldSet(), KubeTime.Text(now));
                entries.Add(mine);
            }

            entries[entries.IndexOf(mine)] = mine with { Fields = mine.Fields.Union(changed), Time = KubeTime.Text(now) };
        }

        Put(after, entries);
    }

    public static List<Entry> Entries(JsonObject? body) =>
    [
        .. body.Items("metadata.managedFields").Select(e => new Entry(
            e.Str("manager"), e.Str("operation"), e.Str("apiVersion"), e.Str("subresource"), FieldSet.Read(e["fieldsV1"]), e.Str("time"))),
    ];

    public static void Put(JsonObject body, List<Entry> entries)
    {
        var kept = entries.Where(e => !e.Fields.IsEmpty).Select(e => (JsonNode?)e.Write()).ToArray();
        var metadata = body.Child("metadata");
        metadata.Remove("managedFields");
        if (kept.Length > 0)
        {
            metadata["managedFields"] = new JsonArray(kept);
        }
    }

    public sealed record Entry(string Manager, string Operation, string ApiVersion, string Subresource, FieldSet Fields, string Time)
    {
        public JsonObject Write()
        {
            var entry = new JsonObject
            {
                ["manager"] = Manager,
                ["operation"] = Operation,
                ["apiVersion"] = ApiVersion,
                ["time"] = Time,
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = Fields.Write(),
            };
            if (Subresource.Length > 0)
            {
                entry["subresource"] = Subresource;
            }

            return entry;
        }
    }
}
