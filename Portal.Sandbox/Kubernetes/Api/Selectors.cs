using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Label selectors, as text in a query and as an object in a spec.</summary>
internal static partial class LabelSelector
{
    public static Func<IReadOnlyDictionary<string, string>, bool> Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return _ => true;
        }

        var checks = Split(text).Select(Requirement).ToList();
        return labels => checks.TrueForAll(check => check(labels));
    }

    /// <summary>Reads <c>matchLabels</c> and <c>matchExpressions</c>; null selects nothing, an empty one everything.</summary>
    public static Func<IReadOnlyDictionary<string, string>, bool> Of(JsonNode? selector)
    {
        if (selector is not JsonObject)
        {
            return _ => false;
        }

        var equal = selector.Map("matchLabels");
        var checks = selector.Items("matchExpressions").Select(e => Check(e.Str("key"), e.Str("operator"), [.. e.Strings("values")])).ToList();
        return labels => equal.All(p => labels.TryGetValue(p.Key, out var value) && value == p.Value) && checks.TrueForAll(check => check(labels));
    }

    public static Func<IReadOnlyDictionary<string, string>, bool> Check(string key, string @operator, HashSet<string> values) => @operator switch
    {
        "In" => labels => labels.TryGetValue(key, out var value) && values.Contains(value),
        "NotIn" => labels => !labels.TryGetValue(key, out var value) || !values.Contains(value),
        "Exists" => labels => labels.ContainsKey(key),
        "DoesNotExist" => labels => !labels.ContainsKey(key),
        "Gt" => labels => labels.TryGetValue(key, out var value) && long.TryParse(value, out var number) && number > long.Parse(values.First(), System.Globalization.CultureInfo.InvariantCulture),
        "Lt" => labels => labels.TryGetValue(key, out var value) && long.TryParse(value, out var number) && number < long.Parse(values.First(), System.Globalization.CultureInfo.InvariantCulture),
        _ => _ => false,
    };

    public static string Write(JsonNode? selector) => string.Join(',', selector.Map("matchLabels").OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));

    private static IEnumerable<string> Split(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static Func<IReadOnlyDictionary<string, string>, bool> Requirement(string text)
    {
        var set = Sets().Match(text);
        if (set.Success)
        {
            var values = set.Groups[3].Value.Split(',').Select(v => v.Trim());
            return Check(set.Groups[1].Value, set.Groups[2].Value == "in" ? "In" : "NotIn", [.. values]);
        }

        var unset = BrokenSets().Match(text);
        if (unset.Success)
        {
            throw KubeException.BadRequest($"unable to parse requirement: found '{unset.Groups[1].Value}' expected: '('");
        }

        var equal = Equals().Match(text);
        if (equal.Success)
        {
            return Check(equal.Groups[1].Value, equal.Groups[2].Value == "!=" ? "NotIn" : "In", [equal.Groups[3].Value]);
        }

        var exists = Exists().Match(text);
        return exists.Success
            ? Check(exists.Groups[2].Value, exists.Groups[1].Length > 0 ? "DoesNotExist" : "Exists", [])
            : throw KubeException.BadRequest($"unable to parse requirement: invalid label selector {text.Trim()}");
    }

    [GeneratedRegex(@"^\s*([\w./-]+)\s+(in|notin)\s*\(([^)]*)\)\s*$")]
    private static partial Regex Sets();

    [GeneratedRegex(@"^\s*[\w./-]+\s+(?:in|notin)\s+([\w./-]+)")]
    private static partial Regex BrokenSets();

    [GeneratedRegex(@"^\s*([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)\s*$")]
    private static partial Regex Equals();

    [GeneratedRegex(@"^\s*(!?)\s*([\w./-]+)\s*$")]
    private static partial Regex Exists();
}

/// <summary>Field selectors: the few fields that each kind allows.</summary>
internal static class FieldSelector
{
    public static Func<StoredObject, bool> Parse(string storage, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return _ => true;
        }

        var checks = text.Split(',').Select(part => Requirement(storage, part)).ToList();
        return item => checks.TrueForAll(check => check(item));
    }

    private static Func<StoredObject, bool> Requirement(string storage, string part)
    {
        var not = part.Contains("!=", StringComparison.Ordinal);
        var at = part.IndexOf('=', StringComparison.Ordinal);
        if (at < 0)
        {
            throw KubeException.BadRequest($"invalid selector: '{part}'; can't understand '{part}'");
        }

        var field = part[..(not ? at - 1 : at)].Trim();
        var value = part[(at + 1)..].TrimStart('=').Trim();
        if (!Allowed(storage, field))
        {
            throw KubeException.BadRequest($"field label not supported: {field}");
        }

        return item => (Value(item, storage, field) == value) != not;
    }

    private static bool Allowed(string storage, string field) => field is "metadata.name" or "metadata.namespace" || (storage switch
    {
        "pods" => field is "spec.nodeName" or "spec.restartPolicy" or "spec.schedulerName" or "spec.serviceAccountName" or "status.phase" or "status.podIP" or "status.nominatedNodeName",
        "events" => field is "involvedObject.kind" or "involvedObject.namespace" or "involvedObject.name" or "involvedObject.uid" or "involvedObject.apiVersion"
            or "involvedObject.resourceVersion" or "involvedObject.fieldPath" or "reason" or "reportingComponent" or "source" or "type",
        "nodes" => field is "spec.unschedulable",
        "secrets" => field is "type",
        "namespaces" => field is "status.phase",
        "jobs.batch" => field is "status.successful",
        "replicasets.apps" or "replicationcontrollers" => field is "status.replicas",
        "certificatesigningrequests.certificates.k8s.io" => field is "spec.signerName",
        _ => false,
    });

    private static string Value(StoredObject item, string storage, string field) => field switch
    {
        "metadata.name" => item.Name,
        "metadata.namespace" => item.Namespace,
        "source" when storage == "events" => item.Body.Str("source.component"),
        "spec.unschedulable" => item.Body.Bool(field) ? "true" : "false",
        _ => item.Body.At(field) is { } node ? node.Text() ?? node.ToJsonString() : string.Empty,
    };
}
