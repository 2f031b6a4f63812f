using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Core.Logs.Containers;
using Portal.Core.Logs.Elasticsearch;

namespace Portal.Tests.Support.Fakes;

/// <summary>Logs that a test sets.</summary>
internal sealed class FakeLogs : IProjectLogs, ISavedSearches, IContainerLogs
{
    public static readonly LogSource Prod = new("c5", "shop-prod-1");

    public List<LogLine> Lines { get; } = [];

    public List<LogSourceAnswer> Sources { get; } = [Answered(Prod)];

    public List<LogSearch> Asked { get; } = [];

    public List<ContainerLogQuery> Followed { get; } = [];

    public string? QueryError { get; set; }

    public Exception? Failure { get; set; }

    public string? Kibana { get; set; }

    public TaskCompletionSource? Hold { get; set; }

    public List<SavedSearch> Saved { get; } = [];

    public List<LogPod> Pods { get; } = [new("shop-api-b2", [new("migrate", 0), new("api", 2)], "Running", 2), new("shop-api-c3", [new("api", 0)], "Running", 0)];

    public Channel<LogTail> Tails { get; } = Channel.CreateUnbounded<LogTail>();

    public Channel<ContainerLogBatch> Batches { get; } = Channel.CreateUnbounded<ContainerLogBatch>();

    public static LogSourceAnswer Answered(LogSource source, long total = 0) => new(source, LogSourceState.Answered) { Total = total, Took = TimeSpan.FromMilliseconds(84), Server = new ElasticsearchServer(false, 8, 19) };

    public static LogLine Line(int number, LogSeverity severity, string message, params LogMark[] marks) => new()
    {
        Source = Prod,
        Index = "logstash-2026.11.30",
        Id = $"d{number}",
        At = DateTimeOffset.UtcNow.AddSeconds(-number),
        Sort = DateTimeOffset.UtcNow.AddSeconds(-number).ToUnixTimeMilliseconds(),
        Message = message,
        Marks = marks,
        Severity = severity,
        Namespace = "zone-prod",
        Pod = "shop-api-b2",
        Container = "api",
        Node = "worker-1",
        Document = """{"@timestamp":"2026-11-30T12:00:00Z","log":""" + System.Text.Json.JsonSerializer.Serialize(message) + ""","kubernetes":{"pod_name":"shop-api-b2","namespace_name":"zone-prod","labels":{"app":"shop \"api\""}}}""",
    };

    public async Task<LogAnswer> SearchAsync(Scope scope, IReadOnlyList<LogSource> sources, LogSearch search, LogPosition? after, int size, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        Asked.Add(search);
        if (Hold is { } hold)
        {
            await hold.Task.WaitAsync(cancellationToken);
        }

        if (Failure is not null)
        {
            throw Failure;
        }

        var from = after is null ? 0 : (int)after.Clusters["c5"].Sort!.Value;
        var page = Lines.Skip(from).Take(size).ToImmutableArray();
        var step = (search.To - search.From) / 60;
        return new LogAnswer
        {
            Lines = page,
            Sources = [.. Sources],
            Next = from + size < Lines.Count ? new(ImmutableDictionary<string, LogCursor>.Empty.Add("c5", new(from + size, []))) : null,
            Histogram = after is null ? new(step, [.. Enumerable.Range(0, 60).Select(n => new LogBucket(search.From + (n * step), n == 30 ? 4 : 0, n % 7, 20 + n))]) : null,
            QueryError = QueryError,
        };
    }

    public Task<LogContext> AroundAsync(Scope scope, LogLine line, int before, int after, CancellationToken cancellationToken)
    {
        var at = Lines.FindIndex(l => l.Key == line.Key);
        var (first, last) = (Math.Max(0, at - after), Math.Min(Lines.Count, at + before + 1));
        return Task.FromResult(new LogContext([.. Lines[first..last].AsEnumerable().Reverse()], last < Lines.Count, first > 0));
    }

    public async IAsyncEnumerable<LogTail> TailAsync(Scope scope, IReadOnlyList<LogSource> sources, LogSearch search, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var tail in Tails.Reader.ReadAllAsync(cancellationToken))
        {
            yield return tail;
        }
    }

    public IAsyncEnumerable<LogLine> ExportAsync(Scope scope, IReadOnlyList<LogSource> sources, LogSearch search, CancellationToken cancellationToken) => Lines.ToAsyncEnumerable();

    public Task<string?> FindKibanaAsync(Scope scope, LogSource source, LogSearch search, string? from, string? to, CancellationToken cancellationToken) => Task.FromResult(Kibana);

    public Task<IReadOnlyList<SavedSearch>> ListAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return Task.FromResult<IReadOnlyList<SavedSearch>>([.. Saved]);
    }

    public Task<SavedSearch> SaveAsync(Scope scope, string name, string address, bool isShared, CancellationToken cancellationToken)
    {
        scope.Demand(isShared ? Capability.Write : Capability.Read);
        var search = new SavedSearch { Id = name, Name = name, Address = address, IsShared = isShared, UserId = scope.UserId, UserName = scope.UserName, At = DateTimeOffset.UtcNow, Region = scope.Region, ProjectId = scope.ProjectId };
        Saved.Add(search);
        return Task.FromResult(search);
    }

    public Task<bool> DeleteAsync(Scope scope, string id, CancellationToken cancellationToken) => Task.FromResult(Saved.RemoveAll(s => s.Id == id) > 0);

    public Task<IReadOnlyList<LogPod>> ListPodsAsync(Scope scope, ClusterKey cluster, string inNamespace, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return Failure is null ? Task.FromResult<IReadOnlyList<LogPod>>([.. Pods]) : throw Failure;
    }

    public async IAsyncEnumerable<ContainerLogBatch> FollowAsync(Scope scope, ClusterKey cluster, ContainerLogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Followed.Add(query);
        await foreach (var batch in Batches.Reader.ReadAllAsync(cancellationToken))
        {
            yield return batch;
        }
    }

    public Task<Stream> OpenAsync(Scope scope, ClusterKey cluster, string inNamespace, LogTarget target, bool previous, CancellationToken cancellationToken) => Task.FromResult<Stream>(new MemoryStream("line\n"u8.ToArray()));
}
