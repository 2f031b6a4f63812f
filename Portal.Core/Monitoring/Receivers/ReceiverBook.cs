using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Receivers;

/// <summary>What a cluster has: the Secret, and the add-on's own configuration beside it.</summary>
/// <param name="Secret">The Secret as it was read, or null.</param>
/// <param name="State">What it says of itself.</param>
/// <param name="Addon">The add-on's configuration, or null without one.</param>
/// <param name="CanTake">Whether Alertmanager mounts the Secret.</param>
internal sealed record ReceiverShelf(JsonObject? Secret, ReceiverState State, string? Addon, bool CanTake)
{
    /// <summary>Gets whether what was written was made from the add-on's configuration of today.</summary>
    public bool IsFresh => State.Receivers.Length == 0 || Addon is null || State.Addon == ReceiverBook.HashOf(Addon);

    /// <summary>Gives the address of a receiver.</summary>
    public string? UrlOf(KeptReceiver receiver) => receiver.UrlFile is { } file ? ReceiverFile.TextOf(Secret, file) : null;
}

/// <summary>Reads and writes the Secret in a cluster, as the portal itself.</summary>
internal sealed class ReceiverBook(IClusterConnector connector)
{
    private const string Alertmanager = "alertmanager";
    private static readonly KubernetesResource Secrets = KubernetesResource.Of("v1", "Secret");
    private static readonly KubernetesResource Maps = KubernetesResource.Of("v1", "ConfigMap");
    private static readonly KubernetesResource Sets = KubernetesResource.Of("apps/v1", "StatefulSet");

    /// <summary>Gives a configuration's hash.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    /// <summary>Reads what there is; null where the portal has written nothing and is not asked for more.</summary>
    public async Task<ReceiverShelf?> FindAsync(ClusterKey cluster, bool onlyWritten, CancellationToken cancellationToken)
    {
        var api = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        var secret = await api.FindAsync(Secrets, ReceiverFile.Namespace, ReceiverFile.Name, cancellationToken).ConfigureAwait(false);
        if (secret is null && onlyWritten)
        {
            return null;
        }

        var state = ReceiverFile.Read(secret) ?? throw new BackendException("kubernetes", "read the receivers", BackendFailure.Conflict, $"the Secret {ReceiverFile.Namespace}/{ReceiverFile.Name} was changed by hand and cannot be read");
        var map = await api.FindAsync(Maps, ReceiverFile.Namespace, "alertmanager-config", cancellationToken).ConfigureAwait(false);
        var set = await api.FindAsync(Sets, ReceiverFile.Namespace, Alertmanager, cancellationToken).ConfigureAwait(false);
        return new(secret, state, set is null ? null : map?["data"]?[ReceiverFile.Config]?.GetValue<string>(), IsMounted(set));
    }

    /// <summary>Writes receivers in place of those of the shelf. Secrets that nobody names any more go.</summary>
    /// <exception cref="BackendException"><see cref="BackendFailure.Conflict"/>: somebody else wrote, or the add-on's configuration cannot be read.</exception>
    public async Task WriteAsync(
        ClusterKey cluster, ReceiverShelf shelf, ImmutableArray<KeptReceiver> receivers, ImmutableArray<KeptReceiver>? former, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        const string Operation = "write the receivers";
        var addon = shelf.Addon ?? throw new BackendException(AlertmanagerControl.Backend, Operation, BackendFailure.NotFound, "the cluster has no Alertmanager");
        (string? Text, string? Revision) config;
        try
        {
            config = receivers.Length == 0 ? (null, null) : ReceiverConfig.Render(addon, receivers);
        }
        catch (FormatException e)
        {
            throw new BackendException("kubernetes", Operation, BackendFailure.Conflict, "the add-on's configuration of Alertmanager cannot be read", inner: e);
        }

        var files = receivers.Concat(former ?? []).SelectMany(r => r.Files).Distinct(StringComparer.Ordinal)
            .Select(f => KeyValuePair.Create(f, secrets.GetValueOrDefault(f) ?? ReceiverFile.TextOf(shelf.Secret, f) ?? ""));
        var api = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        var secret = ReceiverFile.Write(new(receivers, former, config.Revision, HashOf(addon)), config.Text, files, shelf.Secret?["metadata"]?["resourceVersion"]?.ToString());
        await api.ApplyAsync(secret, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the last lines that Alertmanager wrote, or nothing where they cannot be read.</summary>
    public async Task<IReadOnlyList<string>> LogAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        try
        {
            var api = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
            var pods = await api.ListAsync(KubernetesResource.Of("v1", "Pod"), ReceiverFile.Namespace, cancellationToken, labelSelector: "app.kubernetes.io/name=" + Alertmanager).ConfigureAwait(false);
            if (pods.Count == 0)
            {
                return [];
            }

            var log = await api.OpenLogAsync(ReceiverFile.Namespace, pods[0]["metadata"]!["name"]!.ToString(), new PodLogRequest(Alertmanager) { Tail = 200, MostBytes = 1024 * 1024 }, cancellationToken).ConfigureAwait(false);
            await using (log.ConfigureAwait(false))
            {
                using var reader = new StreamReader(log);
                return (await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false)).Split('\n');
            }
        }
        catch (Exception e) when (e is BackendException or IOException)
        {
            return [];
        }
    }

    private static bool IsMounted(JsonObject? set) => set?["spec"]?["template"]?["spec"]?["volumes"] is JsonArray volumes
        && volumes.Any(v => v?["projected"]?["sources"] is JsonArray sources && sources.Any(s => s?["secret"]?["name"]?.ToString() == ReceiverFile.Name));
}
