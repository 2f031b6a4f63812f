using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Prometheus;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox.Metrics;

/// <summary>The sandbox's query API answers as the recorded Prometheus did, on the same data.</summary>
public sealed class PrometheusReplayTests
{
    private static readonly Lazy<MetricsBlocks> Data = new(() => MetricsBlocks.Read(Path.Combine(RepositoryPaths.Shared!, "data", "metrics", "tsdb-24h.tar.gz")));

    /// <summary>Gets the recordings whose answer follows from the request alone, or from the data set.</summary>
    public static TheoryData<string> Recordings =>
    [
        "dataset-instant-namespace-cpu", "dataset-instant-namespace-memory", "dataset-instant-node-cpu-count", "dataset-instant-node-cpu-utilisation", "dataset-instant-node-memory-utilisation",
        "dataset-instant-pod-cpu-topk", "dataset-instant-pods-by-node", "dataset-instant-pods-by-phase", "dataset-instant-pvc-utilisation", "dataset-range-container-cpu", "dataset-range-container-memory",
        "dataset-range-deployment-available", "dataset-range-gap", "dataset-range-node-cpu-utilisation", "dataset-range-node-fs-utilisation", "dataset-range-node-memory-utilisation", "dataset-range-node-network-receive",
        "dataset-range-pod-cpu", "error-400-bad-data-parse", "error-400-bad-time", "error-400-label-name", "error-400-missing-query", "error-400-range-end-before-start", "error-400-range-missing-step",
        "error-400-range-of-matrix", "error-400-range-too-many-points", "error-400-range-zero-step", "error-400-series-no-match", "error-400-unknown-function", "error-405-method",
        "error-422-division-duplicate-labelset", "error-422-execution-bad-regex-label-replace", "error-422-timeout-while-loading-series", "error-422-too-many-samples", "format-query", "label-values-empty",
        "options-cors", "query-cors", "query-empty-vector", "query-exemplars-empty", "query-scalar", "query-string", "query-time-rfc3339", "range-empty", "range-scalar-becomes-matrix",
    ];

    [SkippableTheory]
    [MemberData(nameof(Recordings))]
    public void Answer_ToARecordedRequest_IsTheRecordedOne(string name)
    {
        Skip.If(RepositoryPaths.Shared is null, "The recordings are not beside the checkout.");
        var file = Path.Combine(RepositoryPaths.Shared!, "recordings", "prometheus", name + ".json");
        Skip.IfNot(File.Exists(file), "This recording is not beside the checkout.");
        var recording = JsonNode.Parse(File.ReadAllText(file))!;
        var (request, response) = (recording["request"]!, recording["response"]!);
        var expected = response["body"] is JsonValue text ? (string)text! : response["body"]?.ToJsonString() ?? string.Empty;

        var answer = new QueryApi(Data.Value, Now(expected), ExpectedAnswers.Recorded).Answer(Question(request))!;
        var body = Encoding.UTF8.GetString(answer.Body);

        Assert.Equal((int)response["status"]!, answer.Status);
        if (name.StartsWith("dataset-", StringComparison.Ordinal))
        {
            Assert.Null(ExpectedAnswers.Difference(JsonNode.Parse(expected)!["data"], JsonNode.Parse(body)!["data"], name.Contains("topk", StringComparison.Ordinal)));
        }
        else
        {
            Assert.Equal(expected.TrimEnd('\n'), body.TrimEnd('\n'));
        }

        Assert.All(answer.Headers, h => Assert.Equal((string?)response["headers"]![h.Key], h.Value));
    }

    [SkippableFact]
    public void Answers_ToTheDashboardQueries_AreThoseOfARealPrometheus()
    {
        Skip.If(RepositoryPaths.Shared is null, "The data set is not beside the checkout.");
        var queries = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Shared!, "data", "metrics", "expected.json")))!["queries"]!.AsArray();

        var differences = queries.SelectMany(q => Instants(q!).Concat(Range(q!))).ToList();

        Assert.True(queries.Count > 40);
        Assert.Empty(differences);
    }

    private static IEnumerable<string> Instants(JsonNode query)
    {
        foreach (var instant in query["instant"]?.AsArray() ?? [])
        {
            var (status, json) = ExpectedAnswers.Ask(Data.Value, "/api/v1/query", ("query", (string)query["query"]!), ("time", instant!["time"]!.ToString()));
            var difference = status != 200 ? $"{status} {json}" : ExpectedAnswers.Difference(instant, json!["data"], ((string)query["id"]!).Contains("topk", StringComparison.Ordinal));
            if (difference is not null)
            {
                yield return $"{query["id"]} at {instant["time"]}: {difference}";
            }
        }
    }

    private static IEnumerable<string> Range(JsonNode query)
    {
        if (query["range"] is not { } range)
        {
            yield break;
        }

        var (_, json) = ExpectedAnswers.Ask(Data.Value, "/api/v1/query_range", ("query", (string)query["query"]!), ("start", range["start"]!.ToString()), ("end", range["end"]!.ToString()), ("step", range["step"]!.ToString()));
        var given = json!["data"]!["result"]!.AsArray().ToDictionary(ExpectedAnswers.Key, s => s!["values"]!.AsArray());
        var wanted = range["series"]!.AsArray();
        if (given.Count != wanted.Count)
        {
            yield return $"{query["id"]}: {given.Count} series instead of {wanted.Count}";
        }

        foreach (var series in wanted.Where(s => !IsSame(s!, given.GetValueOrDefault(ExpectedAnswers.Key(s)))))
        {
            yield return $"{query["id"]}: {ExpectedAnswers.Key(series)} is not {series!.ToJsonString()}";
        }
    }

    private static bool IsSame(JsonNode expected, JsonArray? points)
    {
        if (points is null || points.Count != (int)expected["points"]!)
        {
            return false;
        }

        var values = points.Select(p => ((string)p![1]!) switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, var n => double.Parse(n, CultureInfo.InvariantCulture) }).ToList();
        bool Same(JsonNode? wanted, double value) => wanted is null || ExpectedAnswers.Same(wanted, JsonValue.Create(value.ToString("R", CultureInfo.InvariantCulture)));
        return Same(expected["min"], values.Min()) && Same(expected["max"], values.Max()) && Same(expected["mean"], values.Average()) && Same(expected["first"]?[1], values[0]) && Same(expected["last"]?[1], values[^1]);
    }

    // What the recorded server called now.
    private static DateTimeOffset Now(string body)
    {
        var time = System.Text.RegularExpressions.Regex.Match(body, @"\[(\d+\.\d{3}),");
        return DateTimeOffset.FromUnixTimeMilliseconds(time.Success ? (long)Math.Round(double.Parse(time.Groups[1].Value, CultureInfo.InvariantCulture) * 1000) : 1795381991000);
    }

    private static PodQuestion Question(JsonNode request)
    {
        var path = ((string)request["path"]!).Split('?', 2);
        var headers = request["headers"]!.AsObject().Where(h => h.Key != "Accept-Encoding").ToDictionary(h => h.Key, h => h.Value!.ToString(), StringComparer.OrdinalIgnoreCase);
        return new PodQuestion((string)request["method"]!, path[0], path.Length > 1 ? path[1] : string.Empty, headers, Encoding.UTF8.GetBytes(request["body"]?.ToString() ?? string.Empty));
    }
}
