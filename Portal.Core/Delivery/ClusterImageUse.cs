using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Kubernetes;
using Portal.Core.Registry;

namespace Portal.Core.Delivery;

/// <summary>Looks for images in the pods of the project's clusters. Pods come page by page and only what has the image is kept.</summary>
internal sealed class ClusterImageUse(IMagnumClient magnum, IClusterConnector connector, TimeProvider time) : IImageUse
{
    private const int AtOnce = 4;
    private const string Alive = "status.phase!=Succeeded,status.phase!=Failed";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public Task<ImageUsage> FindAsync(Scope scope, WantedImage image, CancellationToken cancellationToken) =>
        AskAllAsync(scope, (_, reference, pulled) => image.IsIn(reference, pulled), cancellationToken);

    public Task<ImageUsage> ListAsync(Scope scope, string text, CancellationToken cancellationToken) =>
        AskAllAsync(scope, (named, reference, _) => named.Contains(text, StringComparison.OrdinalIgnoreCase) || reference.Contains(text, StringComparison.OrdinalIgnoreCase), cancellationToken);

    private async Task<ImageUsage> AskAllAsync(Scope scope, Wanted wanted, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var clusters = await magnum.ListClustersAsync(scope, detail: false, cancellationToken).ConfigureAwait(false);
        using var free = new SemaphoreSlim(AtOnce);
        var asked = clusters.Select(async cluster =>
        {
            await free.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await AskAsync(scope, cluster, wanted, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                free.Release();
            }
        });
        var all = await Task.WhenAll(asked).ConfigureAwait(false);
        return new([.. all.Where(c => c.Containers > 0 || c.Failure is not null).OrderBy(c => c.ClusterName, StringComparer.Ordinal)], clusters.Count);
    }

    private async Task<ClusterUse> AskAsync(Scope scope, Cluster cluster, Wanted wanted, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            var api = await connector.AsPersonAsync(new ClusterKey(scope.Region, scope.ProjectId, cluster.Id), scope, either.Token).ConfigureAwait(false);
            var found = new FirstOnes();
            await api.ReadAsync(KubernetesResource.Of("v1", "Pod"), page => found.Add(page.SelectMany(p => In(p, wanted))), either.Token, fieldSelector: Alive).ConfigureAwait(false);
            return new(cluster.Id, cluster.Name, found.Count, found.First);
        }
        catch (BackendException e)
        {
            return new(cluster.Id, cluster.Name, 0, [], e);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new(cluster.Id, cluster.Name, 0, [], new BackendException("kubernetes", "list pods", BackendFailure.Timeout));
        }
    }

    private static IEnumerable<RunningImage> In(JsonObject pod, Wanted wanted)
    {
        var pulled = Containers(pod["status"], "initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
            .GroupBy(c => Text(c, "name"), StringComparer.Ordinal).ToDictionary(g => g.Key, g => Text(g.First(), "imageID"), StringComparer.Ordinal);
        var (space, named) = (Text(pod["metadata"], "namespace"), Text(pod["metadata"], "name"));
        foreach (var container in Containers(pod["spec"], "initContainers", "containers", "ephemeralContainers"))
        {
            var name = Text(container, "name");
            var (reference, id) = (Text(container, "image"), pulled.GetValueOrDefault(name, ""));
            if (wanted($"{space}/{named}/{name}", reference, id))
            {
                yield return new(space, named, name, reference, id.Length == 0 ? null : id[Math.Max(0, id.IndexOf("sha256:", StringComparison.Ordinal))..]);
            }
        }
    }

    private static IEnumerable<JsonObject> Containers(JsonNode? of, params string[] lists) => lists.SelectMany(l => (of?[l] as JsonArray ?? []).OfType<JsonObject>());

    private static string Text(JsonNode? of, string name) => of?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    /// <summary>Says whether a container is wanted.</summary>
    /// <param name="named">Namespace, pod and container.</param>
    /// <param name="reference">What its pod asks for.</param>
    /// <param name="pulled">What its node pulled.</param>
    private delegate bool Wanted(string named, string reference, string pulled);

    /// <summary>Counts each container once, though a list that begins again gives some twice, and keeps the first by name.</summary>
    private sealed class FirstOnes
    {
        private readonly HashSet<string> seen = new(StringComparer.Ordinal);
        private readonly SortedList<string, RunningImage> first = new(ClusterUse.MostShown + 1, StringComparer.Ordinal);

        public int Count => seen.Count;

        public ImmutableArray<RunningImage> First => [.. first.Values];

        public void Add(IEnumerable<RunningImage> page)
        {
            foreach (var running in page)
            {
                var key = $"{running.Namespace}\0{running.Pod}\0{running.Container}";
                if (!seen.Add(key))
                {
                    continue;
                }

                first.Add(key, running);
                if (first.Count > ClusterUse.MostShown)
                {
                    first.RemoveAt(first.Count - 1);
                }
            }
        }
    }
}
