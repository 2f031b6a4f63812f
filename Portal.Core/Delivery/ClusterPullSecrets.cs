using System.Text.Json.Nodes;
using Portal.Core.Addons.Initialisation;
using Portal.Core.Backends;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Mapping.PullRenewal;
using Portal.Core.Storage;

namespace Portal.Core.Delivery;

/// <summary>Puts a renewed pull credential where an initialisation has put the one before. Secrets of the same name that are not the portal's are left alone.</summary>
internal sealed class ClusterPullSecrets(IDocumentStore store, IClusterConnector connector, IMagnumClient magnum, IPlatformScope platform, TimeProvider time) : IPullSecretHolders
{
    private const string OurLabel = "app.kubernetes.io/managed-by=container-platform-portal";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<IReadOnlyList<ClusterKey>> ListAsync(string projectId, CancellationToken cancellationToken)
    {
        var all = new List<ClusterKey>();
        string? after = null;
        while (await store.ListAsync(ClusterAccess.Type, "project:" + projectId, cancellationToken, afterId: after).ConfigureAwait(false) is { Count: > 0 } page)
        {
            all.AddRange(page.Select(ClusterAccess.KeyOf));
            after = page[^1].Id;
        }

        return all;
    }

    public async Task<string> NameAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        try
        {
            var scope = await platform.ForProjectAsync(cluster.Region, cluster.ProjectId, "name a cluster without the new pull secret", null, cancellationToken).ConfigureAwait(false);
            return (await magnum.FindClusterAsync(scope, cluster.ClusterId, cancellationToken).ConfigureAwait(false))?.Name ?? cluster.ClusterId;
        }
        catch (BackendException)
        {
            return cluster.ClusterId;
        }
    }

    public async Task<int> RenewAsync(ClusterKey cluster, RegistryCredential credential, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await WriteAsync(await connector.AsPortalAsync(cluster, either.Token).ConfigureAwait(false), credential, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new BackendException("kubernetes", "renew the pull secret", BackendFailure.Timeout);
        }
    }

    private static async Task<int> WriteAsync(IKubernetesApi api, RegistryCredential credential, CancellationToken cancellationToken)
    {
        var held = await api.ListAsync(KubernetesResource.Of("v1", "Secret"), null, cancellationToken, OurLabel, "metadata.name=" + RegistrySecretStep.SecretName).ConfigureAwait(false);
        var changed = 0;
        foreach (var secret in held.Where(s => (string?)s["metadata"]?["name"] == RegistrySecretStep.SecretName))
        {
            var wanted = RegistrySecretStep.Secret((string)secret["metadata"]!["namespace"]!, new PullCredential(credential.Host, credential.UserName, credential.Password));
            if (JsonNode.DeepEquals(secret["data"], wanted["data"]))
            {
                continue;
            }

            await api.ApplyAsync(wanted, cancellationToken, force: true).ConfigureAwait(false);
            changed++;
        }

        return changed;
    }
}
