using System.Net;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Logs;
using Portal.Core.Logs.Elasticsearch;

namespace Portal.Tests.Logs;

/// <summary>What is asked of Elasticsearch and OpenSearch, and how their answers are read.</summary>
public sealed class ElasticsearchTests
{
    [Theory]
    [InlineData("""{"version":{"number":"7.17.3","build_flavor":"default"}}""", "Elasticsearch 7.17", "max_analyzed_offset")]
    [InlineData("""{"version":{"number":"7.9.0"}}""", "Elasticsearch 7.9", null)]
    [InlineData("""{"version":{"number":"9.1.0-SNAPSHOT"}}""", "Elasticsearch 9.1", "max_analyzed_offset")]
    [InlineData("""{"version":{"number":"2.19.1","distribution":"opensearch"}}""", "OpenSearch 2.19", "max_analyzer_offset")]
    [InlineData("""{"version":{"number":"1.3.0","distribution":"opensearch"}}""", "OpenSearch 1.3", null)]
    [InlineData("""{"hello":1}""", "Elasticsearch 7.0", null)]
    public void Server_IsKnownByItsGreeting(string json, string name, string? limit)
    {
        var server = ElasticsearchServer.Read(JsonDocument.Parse(json).RootElement);

        Assert.Equal((name, limit), (server.Name, server.HighlightLimit));
    }

    [Theory]
    [InlineData("""{"kubernetes.pod_name":{"keyword":{}},"kubernetes.namespace_name":{"keyword":{}},"log":{"text":{}}}""", "fluentd", "kubernetes.pod_name", "kubernetes.pod_name", "log")]
    [InlineData("""{"kubernetes.pod_name":{"text":{}},"kubernetes.pod_name.keyword":{"keyword":{}},"kubernetes.docker_id":{"text":{}},"log":{"text":{}}}""", "fluent-bit", "kubernetes.pod_name", "kubernetes.pod_name.keyword", "log")]
    [InlineData("""{"kubernetes.pod_name":{"text":{"indices":["a"]},"keyword":{"indices":["b"]}},"kubernetes.pod_name.keyword":{"keyword":{}},"message":{"text":{}}}""", "fluentd", "kubernetes.pod_name", "kubernetes.pod_name kubernetes.pod_name.keyword", "message")]
    [InlineData("""{"kubernetes.pod.name":{"keyword":{}},"kubernetes.namespace":{"keyword":{}},"message":{"match_only_text":{}},"log.level":{"keyword":{}}}""", "ecs", "kubernetes.pod.name", "kubernetes.pod.name", "message")]
    public void Fields_AreFoundByTheirCapabilities(string caps, string preset, string pod, string exact, string message)
    {
        var fields = LogFields.Read(JsonDocument.Parse($$"""{"fields":{{caps}}}""").RootElement);

        Assert.Equal((preset, pod, exact, message, true), (fields.Preset, fields.Pod.Name, string.Join(' ', fields.Pod.Exact), fields.Message[0], fields.IsKnown));
        Assert.Equal(preset == "ecs" ? "log.level" : null, fields.Level?.Name);
    }

    [Fact]
    public void Fields_OfNothing_AreTheUsualOnes_AndNotKept()
    {
        var fields = LogFields.Read(default);

        Assert.Equal((false, "log", "kubernetes.pod_name"), (fields.IsKnown, fields.Message[0], fields.Pod.Name));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(3600)]
    [InlineData(86_400)]
    [InlineData(604_800)]
    [InlineData(31_536_000)]
    public void Steps_OfAnyRange_AreAtMostAHundred(int seconds)
    {
        for (var shift = 0; shift < 50; shift++)
        {
            var from = LogWorld.Now.AddMilliseconds(shift * 7919);
            var to = from.AddSeconds(seconds);
            var step = (long)LogStep.Of(from, to).TotalMilliseconds;
            Assert.InRange(((LogStep.Floor(to.ToUnixTimeMilliseconds(), step) - LogStep.Floor(from.ToUnixTimeMilliseconds(), step)) / step) + 1, 2, LogStep.Most);
        }
    }

    [Fact]
    public void Body_HasWhatTheServerNeeds_AndNothingThatAnOldOneRefuses()
    {
        var fields = LogFields.Read(default);
        var search = LogWorld.All with { Text = "a", Namespace = "n", AtLeast = LogSeverity.Error };

        var body = new LogBody(fields, new ElasticsearchServer(false, 8, 19)).Search(search, new LogPaging(50) { At = 5, WithHistogram = true });

        Assert.Equal("[6,0]", body["search_after"]!.ToJsonString());
        Assert.Equal(["@timestamp", "_doc"], body["sort"]!.AsArray().Select(s => s!.AsObject().First().Key));
        Assert.Equal("1m", LogStep.Text(TimeSpan.FromMinutes(1)));
        Assert.NotNull(body["aggs"]!["t"]!["date_histogram"]!["fixed_interval"]);
        Assert.Equal("\u0001", body["highlight"]!["pre_tags"]![0]!.GetValue<string>());
        Assert.Equal(100_000, body["highlight"]!["max_analyzed_offset"]!.GetValue<int>());
        Assert.Null(new LogBody(fields, new ElasticsearchServer(false, 7, 5)).Search(search, new LogPaging(1))["highlight"]!["max_analyzed_offset"]);
    }

    [Theory]
    [InlineData(404, """{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [nope]"}],"type":"index_not_found_exception","reason":"no such index [nope]"},"status":404}""", BackendFailure.NotFound, "no such index [nope]", false)]
    [InlineData(400, """{"error":{"root_cause":[{"type":"query_shard_exception","reason":"Failed to parse query [(]"}],"type":"search_phase_execution_exception","reason":"all shards failed"},"status":400}""", BackendFailure.Invalid, "Failed to parse query [(]", true)]
    [InlineData(400, """{"error":{"root_cause":[{"type":"illegal_argument_exception","reason":"Result window is too large"}],"type":"search_phase_execution_exception","reason":"all shards failed"},"status":400}""", BackendFailure.Invalid, "Result window is too large", false)]
    [InlineData(503, """{"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"","caused_by":{"type":"too_many_buckets_exception","reason":"Trying to create too many buckets."}},"status":503}""", BackendFailure.Invalid, "Trying to create too many buckets.", false)]
    [InlineData(429, """{"error":{"root_cause":[{"type":"circuit_breaking_exception","reason":"[parent] Data too large"}],"type":"circuit_breaking_exception","reason":"[parent] Data too large"},"status":429}""", BackendFailure.Throttled, "[parent] Data too large", false)]
    [InlineData(503, """{"error":{"root_cause":[],"type":"master_not_discovered_exception","reason":null},"status":503}""", BackendFailure.Broken, "master_not_discovered_exception", false)]
    [InlineData(403, """{"error":{"root_cause":[],"type":"security_exception","reason":"action [indices:data/read/search] is unauthorized for user [portal_logs]"},"status":403}""", BackendFailure.Forbidden, "action [indices:data/read/search] is unauthorized for user [portal_logs]", false)]
    [InlineData(401, """{"error":{"type":"security_exception","reason":"unable to authenticate user [portal_logs]"},"status":401}""", BackendFailure.Forbidden, "unable to authenticate user [portal_logs]", false)]
    [InlineData(404, """{"error":{"root_cause":[{"type":"search_context_missing_exception","reason":"No search context found for id [1]"}],"type":"search_phase_execution_exception","reason":"all shards failed"}}""", BackendFailure.NotFound, "No search context found for id [1]", false)]
    [InlineData(400, """{"error":"no handler found for uri [/x] and method [POST]"}""", BackendFailure.Invalid, "no handler found for uri [/x] and method [POST]", false)]
    [InlineData(502, "<html><title>Bad Gateway</title></html>", BackendFailure.Broken, "a page instead of an answer", false)]
    [InlineData(504, "", BackendFailure.Timeout, null, false)]
    public void Error_OfEachKind_IsASentence(int status, string body, BackendFailure failure, string? answer, bool isQuery)
    {
        var error = ElasticsearchErrors.Make((HttpStatusCode)status, body, "search");

        Assert.Equal((failure, answer, isQuery), (error.Failure, error.Answer, ElasticsearchErrors.IsQuery(error)));
    }

    [Theory]
    [InlineData("error", "x", LogSeverity.Error)]
    [InlineData(null, "level=info msg=\"no error\"", LogSeverity.Info)]
    [InlineData(null, "{\"level\":\"WARN\",\"m\":1}", LogSeverity.Warning)]
    [InlineData(null, "panic: runtime error", LogSeverity.Error)]
    [InlineData(null, "terror strikes", LogSeverity.Unknown)]
    [InlineData("nonsense", "all fine", LogSeverity.Unknown)]
    public void Severity_IsTheFieldsOrTheWords(string? level, string message, LogSeverity severity) => Assert.Equal(severity, LogSeverities.Of(level, message));

    [Fact]
    public void Hits_OfEcsAndOldTotals_AreRead()
    {
        const string Answer = """{"took":3,"timed_out":false,"_shards":{"failed":0},"hits":{"total":7,"hits":[{"_index":"i","_id":"1","_source":{"@timestamp":"2026-11-30T11:59:59.123456789Z","message":"hi","log":{"level":"error"},"kubernetes":{"pod":{"name":"p"},"namespace":"n"}},"sort":[1796039999123456789,1]},{"_id":"no source"}]}}""";
        var fields = LogFields.Read(JsonDocument.Parse("""{"fields":{"kubernetes.pod.name":{"keyword":{}},"message":{"text":{}},"log.level":{"keyword":{}}}}""").RootElement);

        var hits = LogHits.Read(JsonDocument.Parse(Answer).RootElement, LogWorld.Prod, fields);

        var line = Assert.Single(hits.Lines);
        Assert.Equal((7L, "hi", "p", "n", LogSeverity.Error, 1796039999123456789L), (hits.Total, line.Message, line.Pod, line.Namespace, line.Severity, line.Sort));
        Assert.Equal(123, line.At.Millisecond);
    }
}
