using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Core.Monitoring.Rules;

/// <summary>The rule file that the portal writes: JSON, which is YAML too, so that nothing needs a quotation of its own.</summary>
internal static class RuleFile
{
    /// <summary>The ConfigMap's name; Prometheus's manifest mounts it where it is.</summary>
    public const string Map = "portal-rules";

    /// <summary>The namespace of the add-on Prometheus.</summary>
    public const string Namespace = "monitoring";

    /// <summary>The folder where it is mounted.</summary>
    public const string Folder = "/etc/prometheus/portal-rules/";

    /// <summary>The annotation that holds the revision.</summary>
    public const string Revision = "portal_revision";

    /// <summary>The annotation of one that takes the place of the platform's.</summary>
    public const string Replaces = "portal_replaces";

    private const string Key = "portal.yml";
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gives the rules of the ConfigMap; null when the file is not one that the portal wrote.</summary>
    public static ImmutableArray<JsonObject>? Read(JsonObject? map)
    {
        if (map?["data"]?[Key]?.GetValue<string>() is not { } text)
        {
            return [];
        }

        try
        {
            var rules = (JsonNode.Parse(text)?["groups"]?[0]?["rules"] as JsonArray)?.Select(r => r as JsonObject).ToList();
            return rules?.All(r => (r?["alert"] ?? r?["record"]) is JsonValue) == true ? [.. rules.Where(r => r!["alert"] is not null).Select(r => (JsonObject)r!.DeepClone())] : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Gives the ConfigMap with these rules; with the version it replaces, so that of two writers one is refused.</summary>
    public static JsonObject Write(IEnumerable<JsonObject> rules, string? version)
    {
        var sorted = rules.OrderBy(NameOf, StringComparer.Ordinal).ToList();
        var group = new JsonObject { ["name"] = "portal", ["rules"] = new JsonArray([.. sorted.Where(r => r["annotations"]?[Replaces] is not null).Select(Override), .. sorted]) };
        var metadata = new JsonObject { ["name"] = Map, ["namespace"] = Namespace };
        if (version is not null)
        {
            metadata["resourceVersion"] = version;
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = metadata,
            ["data"] = new JsonObject { [Key] = new JsonObject { ["groups"] = new JsonArray(group) }.ToJsonString(Readable) },
        };
    }

    /// <summary>Gives a rule as Prometheus reads it, with its revision.</summary>
    public static (JsonObject Rule, string Revision) Of(RuleDraft draft)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{draft.Name}\n{draft.Expression}\n{draft.For.TotalSeconds}\n{draft.Severity}\n{draft.Summary}\n{draft.Replaces}"));
        var revision = Convert.ToHexStringLower(hash)[..12];
        var rule = new JsonObject
        {
            ["alert"] = draft.Name,
            ["expr"] = draft.Expression,
            ["for"] = ((long)draft.For.TotalSeconds).ToString(CultureInfo.InvariantCulture) + "s",
            ["labels"] = new JsonObject { ["severity"] = draft.Severity },
            ["annotations"] = new JsonObject { ["summary"] = draft.Summary, [Revision] = revision },
        };
        if (draft.Replaces)
        {
            rule["annotations"]![Replaces] = "true";
        }

        if (draft.Threshold is { } threshold)
        {
            rule["annotations"]![RuleThreshold.Annotation] = threshold;
        }

        return (rule, revision);
    }

    // While this series is there, the platform's rule of the name finds nothing.
    private static JsonObject Override(JsonObject rule) =>
        new() { ["record"] = RuleThreshold.Override, ["expr"] = "vector(1)", ["labels"] = new JsonObject { ["rule"] = NameOf(rule) } };

    /// <summary>Gives a rule's name.</summary>
    public static string NameOf(JsonObject rule) => rule["alert"]!.ToString();
}
