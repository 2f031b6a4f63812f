using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Prometheus;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Tests.Sandbox.Metrics;

/// <summary>Compares answers with what a real Prometheus answered: numbers at a relative tolerance of 1e-9, series in any order.</summary>
internal static class ExpectedAnswers
{
    /// <summary>Gets how the recorded Prometheus (2.42) looks at ranges: a sample exactly at the beginning counts.</summary>
    public static EngineOptions Recorded { get; } = new(LeftOpen: false);

    /// <summary>Asks and gives the answer's status and JSON.</summary>
    public static (int Status, JsonNode? Json) Ask(ISeriesCatalog data, string path, params (string Name, string Value)[] parameters)
    {
        var form = string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = "application/x-www-form-urlencoded" };
        var answer = new QueryApi(data, DateTimeOffset.UnixEpoch.AddSeconds(1795381991.716), Recorded).Answer(new PodQuestion("POST", path, string.Empty, headers, Encoding.UTF8.GetBytes(form)))!;
        return (answer.Status, JsonNode.Parse(answer.Body));
    }

    /// <summary>Says how two answers' data differ, or gives null.</summary>
    public static string? Difference(JsonNode? expected, JsonNode? actual, bool ordered = false)
    {
        if ((string?)expected?["resultType"] is { } type && type != (string?)actual?["resultType"])
        {
            return $"a {actual?["resultType"]} instead of a {type}";
        }

        if (expected?["result"] is not JsonArray wanted || actual?["result"] is not JsonArray given)
        {
            return "no result";
        }

        if ((string?)expected["resultType"] is "scalar" or "string")
        {
            return Same(wanted[1], given[1]) ? null : $"{given[1]} instead of {wanted[1]}";
        }

        if (wanted.Count != given.Count)
        {
            return $"{given.Count} series instead of {wanted.Count}";
        }

        var pairs = ordered ? wanted.Zip(given) : wanted.OrderBy(Key, StringComparer.Ordinal).Zip(given.OrderBy(Key, StringComparer.Ordinal));
        return pairs.Select(p => Series(p.First!, p.Second!)).FirstOrDefault(d => d is not null);
    }

    public static string Key(JsonNode? series) => string.Join(',', series!["metric"]!.AsObject().OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));

    /// <summary>Says whether two numbers in texts are the same.</summary>
    public static bool Same(JsonNode? expected, JsonNode? actual)
    {
        var (a, b) = (expected?.ToString() ?? string.Empty, actual?.ToString() ?? string.Empty);
        if (a == b)
        {
            return true;
        }

        return double.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out var x) && double.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out var y) && Math.Abs(x - y) <= 1e-9 * Math.Max(Math.Abs(x), Math.Abs(y));
    }

    private static string? Series(JsonNode expected, JsonNode actual)
    {
        if (Key(expected) != Key(actual))
        {
            return $"{{{Key(actual)}}} instead of {{{Key(expected)}}}";
        }

        if (expected["value"] is { } value)
        {
            var (wanted, given) = (value is JsonArray point ? point[1] : value, actual["value"]![1]);
            return Same(wanted, given) ? null : $"{{{Key(actual)}}}: {given} instead of {wanted}";
        }

        var (left, right) = (expected["values"]!.AsArray(), actual["values"]!.AsArray());
        var off = left.Zip(right).FirstOrDefault(p => !Same(p.First![0], p.Second![0]) || !Same(p.First[1], p.Second[1]));
        return left.Count != right.Count ? $"{{{Key(actual)}}}: {right.Count} points instead of {left.Count}"
            : off.First is null ? null : $"{{{Key(actual)}}}: {off.Second} instead of {off.First}";
    }
}
