using System.Text.Json.Nodes;
using Portal.Core.Addons;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Core.Logs.Containers;
using Portal.Tests.Addons;
using Portal.Tests.Support;

namespace Portal.Tests.Logs;

/// <summary>The portal's own way, over HTTP through port-forward as its own user, to the Elasticsearch of a cluster of the sandbox.</summary>
public sealed class SandboxLogsTests(PlatformCluster cluster) : IClassFixture<PlatformCluster>
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly AddonLogin Elastic = new() { Secret = "elasticsearch-elastic" };

    private IProjectLogs Logs => cluster.Get<IProjectLogs>();

    private LogSource Source => new(cluster.ClusterId, "shop-logs");

    [Fact]
    public async Task Search_OfTheClustersPods_FindsTheirLines_AndFiltersThem()
    {
        var scope = await cluster.ScopeAsync();
        var search = new LogSearch { From = DateTimeOffset.UtcNow.AddHours(-1), To = DateTimeOffset.UtcNow };
        LogAnswer all = null!;
        await Eventually.TrueAsync(async () => (all = await Logs.SearchAsync(scope, [Source], search with { To = DateTimeOffset.UtcNow }, null, 200, None)).Lines.Length > 20, "the shipper has sent lines");

        var source = Assert.Single(all.Sources);
        Assert.Equal((LogSourceState.Answered, "Elasticsearch 8.19"), (source.State, source.Server!.Name));
        Assert.True(all.Histogram!.Buckets.Sum(b => b.Total) >= all.Lines.Length);
        var served = await Logs.SearchAsync(scope, [Source], search with { To = DateTimeOffset.UtcNow, Text = "\"request served\"", Namespace = "monitoring" }, null, 50, None);
        Assert.NotEmpty(served.Lines);
        Assert.All(served.Lines, l => Assert.True(l is { Namespace: "monitoring", Marks.Count: 2 }, l.Message));
        Assert.NotNull((await Logs.SearchAsync(scope, [Source], search with { Text = "AND (" }, null, 10, None)).QueryError);
        var around = await Logs.AroundAsync(scope, served.Lines[^1], 3, 3, None);
        Assert.Contains(around.Lines, l => l.Key == served.Lines[^1].Key);
        Assert.Single(around.Lines.Select(l => (l.Pod, l.Container)).Distinct());
    }

    [Fact]
    public async Task Stranger_WithTheClustersId_FindsNothing()
    {
        var stranger = await cluster.ScopeAsync("team-data");

        var answer = await Logs.SearchAsync(stranger, [Source], new LogSearch { From = DateTimeOffset.UtcNow.AddHours(-1), To = DateTimeOffset.UtcNow }, null, 10, None);

        Assert.Empty(answer.Lines);
        Assert.Equal(LogSourceState.WithoutElasticsearch, Assert.Single(answer.Sources).State);
    }

    [Fact]
    public async Task Container_Followed_GivesItsLines_AndAfterACrashThoseBeforeIt()
    {
        var scope = await cluster.ScopeAsync();
        var key = new ClusterKey(scope.Region, scope.ProjectId, cluster.ClusterId);
        var containers = cluster.Get<IContainerLogs>();
        var pod = (await containers.ListPodsAsync(scope, key, "monitoring", None)).First(p => p.Phase == "Running");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var query = new ContainerLogQuery { Namespace = "monitoring", Targets = [new(pod.Name, pod.Containers[^1].Name)] };
        var seen = new List<ContainerLine>();
        await foreach (var batch in containers.FollowAsync(scope, key, query, stop.Token))
        {
            seen.AddRange(batch.Lines);
            if (seen.Count > 3)
            {
                break;
            }
        }

        Assert.Equal(seen.Select(l => l.At).Order(), seen.Select(l => l.At));
        Assert.Contains(seen, l => l.Text.Contains("msg=", StringComparison.Ordinal) && l.Severity is not LogSeverity.Unknown);
    }

    [Fact]
    public async Task Crash_IsSeenInTheLiveLogAndAmongTheStoredLines()
    {
        var scope = await cluster.ScopeAsync();
        var key = new ClusterKey(scope.Region, scope.ProjectId, cluster.ClusterId);
        await cluster.Api.ApplyAsync(Crashing(), None);
        var containers = cluster.Get<IContainerLogs>();
        string text = "";
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    using var reader = new StreamReader(await containers.OpenAsync(scope, key, "default", new LogTarget("crashes", "main"), previous: true, None));
                    return (text = await reader.ReadToEndAsync(None)).Length > 0;
                }
                catch (Portal.Core.Backends.BackendException)
                {
                    return false;
                }
            },
            "it has crashed");

        Assert.Contains("panic: runtime error", text, StringComparison.Ordinal);
        var search = new LogSearch { From = DateTimeOffset.UtcNow.AddHours(-1), To = DateTimeOffset.UtcNow.AddMinutes(5), Pod = "crashes", AtLeast = LogSeverity.Error };
        await Eventually.TrueAsync(async () => (await Logs.SearchAsync(scope, [Source], search, null, 50, None)).Lines.Any(l => l.Message.StartsWith("panic", StringComparison.Ordinal)), "the panic is stored");
        await cluster.Api.DeleteAsync(KubernetesResource.Of("v1", "Pod"), "default", "crashes", None);
    }

    [SkippableFact]
    public async Task Requests_OfTheOfficialClient_AreAnswered()
    {
        Skip.If(RepositoryPaths.Shared is null, "The contracts in ../shared are not here.");
        var calls = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryPaths.Shared, "contracts", "elasticsearch-client-requests.json"), None))!["calls"]!.AsArray();
        var read = 0;
        foreach (var call in calls.Where(c => c!["call"]!.GetValue<string>() is "search" or "pit" or "cat.indices" or "cluster.health" or "fieldCaps" or "count"))
        {
            var request = call!["requests"]![0]!;
            var body = request["body"]!.GetValue<string>().Replace("{\"_shard_doc\":\"desc\"}", "{\"_doc\":\"desc\"}", StringComparison.Ordinal).Replace("\"extended_bounds\":{\"min\":1,\"max\":2}", "\"extended_bounds\":{\"min\":1768482000000,\"max\":1768482001000}", StringComparison.Ordinal).Replace("[1768482000000,12]", "[1768482000000,12]", StringComparison.Ordinal);
            var path = request["path"]!.GetValue<string>().Replace("kubernetes-*", "logstash-*", StringComparison.Ordinal);
            Assert.True(await cluster.AskAsync(new AddonRequest { Selector = "app.kubernetes.io/name=elasticsearch", Port = 9200, Path = path, Method = request["method"]!.GetValue<string>(), Body = body.Length == 0 ? null : body, Login = Elastic }, "logging"), call["call"]!.ToString());
            read++;
        }

        Assert.Equal(6, read);
    }

    private static JsonObject Crashing() => JsonNode.Parse("""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"crashes","namespace":"default","annotations":{"fake-kubelet/result":"crashloop"}},
         "spec":{"containers":[{"name":"main","image":"pause:3.9"}]}}
        """)!.AsObject();
}
