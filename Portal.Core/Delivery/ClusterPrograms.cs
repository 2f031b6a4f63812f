using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Portal.Core.Addons;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Delivery;

/// <summary>Keeps one pool of connections for each program of each cluster; a connection is a port-forward to a ready pod.</summary>
internal sealed class ClusterPrograms(IClusterConnector connector, AddonCatalog catalog) : IClusterPrograms, IDisposable
{
    // The pod is its tenant's: it may answer anything, but not without end.
    private const long LongestAnswer = 32 * 1024 * 1024;
    private readonly ConcurrentDictionary<(ClusterKey Cluster, ClusterProgram Program), Lazy<Pool>> pools = new();

    public Task<HttpResponseMessage?> SendAsync(ClusterKey cluster, Scope scope, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return scope.ProjectId == cluster.ProjectId && scope.Region == cluster.Region
            ? SendAsPortalAsync(cluster, program, request, cancellationToken)
            : throw new ForbiddenException(Capability.Read, cluster.ProjectId);
    }

    public async Task<HttpResponseMessage?> SendAsPortalAsync(ClusterKey cluster, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken)
    {
        if (!catalog.Addons.TryGetValue(Name(program), out var addon) || addon.Checks.FirstOrDefault() is not { } check)
        {
            return null;
        }

        var pool = pools.GetOrAdd((cluster, program), key => new Lazy<Pool>(() => new Pool(connector, key.Cluster, addon.Namespace, check))).Value;
        try
        {
            return await TwiceAsync(pool, program, request, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Unreachable or BackendFailure.NotFound)
        {
            if (await ProgramConnections.IsInstalledAsync(connector, cluster, Name(program), addon.Namespace, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            return null;
        }
    }

    public void Dispose()
    {
        foreach (var pool in pools.Values.Where(p => p.IsValueCreated))
        {
            pool.Value.Dispose();
        }
    }

    /// <summary>The program's own password may have been changed since it was read; then it is read again, once.</summary>
    private static async Task<HttpResponseMessage> TwiceAsync(Pool pool, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken)
    {
        if (program is not ClusterProgram.Elasticsearch)
        {
            return await OnceAsync(pool, program, request, null, cancellationToken).ConfigureAwait(false);
        }

        var first = await OnceAsync(pool, program, request, await pool.LoginAsync(again: false, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (first.StatusCode is not HttpStatusCode.Unauthorized)
        {
            return first;
        }

        first.Dispose();
        return await OnceAsync(pool, program, request, await pool.LoginAsync(again: true, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<HttpResponseMessage> OnceAsync(Pool pool, ClusterProgram program, ProgramRequest request, AuthenticationHeaderValue? login, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, new Uri($"http://{Name(program)}{request.Path}"));
        message.Headers.Authorization = login;
        message.Content = request.Body is { } body ? new StringContent(body, Encoding.UTF8, request.ContentType) : null;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(request.Patience);
        try
        {
            return await pool.Http.SendAsync(message, HttpCompletionOption.ResponseContentRead, late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BackendException(Name(program), request.Operation, BackendFailure.Timeout, inner: e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new BackendException(Name(program), request.Operation, BackendFailure.Unexpected, $"more than {LongestAnswer / 1024 / 1024} MiB", inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw e.InnerException as BackendException ?? new BackendException(Name(program), request.Operation, BackendFailure.Unreachable, inner: e);
        }
    }

    private static string Name(ClusterProgram program) => program switch
    {
        ClusterProgram.Prometheus => "prometheus",
        ClusterProgram.Alertmanager => "alertmanager",
        ClusterProgram.Elasticsearch => "elasticsearch",
        _ => "kibana",
    };

    private sealed class Pool : IDisposable
    {
        private readonly LogReaderLogin login;

        public Pool(IClusterConnector connector, ClusterKey cluster, string space, AddonRequest check)
        {
            login = new LogReaderLogin(connector, cluster, space);
            var sockets = ProgramConnections.Handler(connector, cluster, space, check);
            sockets.AutomaticDecompression = DecompressionMethods.GZip;
            sockets.MaxConnectionsPerServer = 8;
            Http = new HttpClient(sockets) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LongestAnswer };
        }

        public HttpClient Http { get; }

        public Task<AuthenticationHeaderValue> LoginAsync(bool again, CancellationToken cancellationToken) => login.GetAsync(again, cancellationToken);

        public void Dispose() => Http.Dispose();
    }
}
