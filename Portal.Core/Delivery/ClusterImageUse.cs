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

    public async Task<ImageUsage> FindAsync(Scope scope, WantedImage image, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var clusters = await magnum.ListClustersAsync(scope, detail: false, cancellationToken).ConfigureAwait(false);
        using var free = new SemaphoreSlim(AtOnce);
        var asked = clusters.Select(async cluster =>
        {
            await free.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await AskAsync(scope, cluster, image, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                free.Release();
            }
        });
        var all = await Task.WhenAll(asked).ConfigureAwait(false);
        return new([.. all.Where(c => c.Containers > 0 || c.Failure is not null).OrderBy(c => c.ClusterName, StringComparer.Ordinal)], clusters.Count);
    }

    private async Task<ClusterUse> AskAsync(Scope scope, Cluster cluster, WantedImage image, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            var api = await connector.AsPersonAsync(new ClusterKey(scope.Region, scope.ProjectId, cluster.Id), scope, either.Token).ConfigureAwait(false);
            var found = new HashSet<RunningImage>();
            await api.ReadAsync(KubernetesResource.Of("v1", "Pod"), page => found.UnionWith(page.SelectMany(p => In(p, image))), either.Token, fieldSelector: Alive).ConfigureAwait(false);
            var first = found.OrderBy(r => r.Namespace, StringComparer.Ordinal).ThenBy(r => r.Pod, StringComparer.Ordinal).ThenBy(r => r.Container, StringComparer.Ordinal);
            return new(cluster.Id, cluster.Name, found.Count, [.. first.Take(ClusterUse.MostShown)]);
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

    private static IEnumerable<RunningImage> In(JsonObject pod, WantedImage image)
    {
        var pulled = Containers(pod["status"], "initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
            .GroupBy(c => Text(c, "name"), StringComparer.Ordinal).ToDictionary(g => g.Key, g => Text(g.First(), "imageID"), StringComparer.Ordinal);
        foreach (var container in Containers(pod["spec"], "initContainers", "containers", "ephemeralContainers"))
        {
            var name = Text(container, "name");
            var (reference, id) = (Text(container, "image"), pulled.GetValueOrDefault(name, ""));
            if (image.IsIn(reference, id))
            {
                yield return new(Text(pod["metadata"], "namespace"), Text(pod["metadata"], "name"), name, reference, id.Length > 0);
            }
        }
    }

    private static IEnumerable<JsonObject> Containers(JsonNode? of, params string[] lists) => lists.SelectMany(l => (of?[l] as JsonArray ?? []).OfType<JsonObject>());

    private static string Text(JsonNode? of, string name) => of?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
