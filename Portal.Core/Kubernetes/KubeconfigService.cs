using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Audit;
using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

internal sealed class KubeconfigService(IClusterConnector connector, IClusterAccessStore access, IAuditLog audit) : IKubeconfigService
{
    internal const string AccessNamespace = "portal-access";
    private const string UserIdAnnotation = "container-platform/user-id";
    private const string UserNameAnnotation = "container-platform/user-name";
    private static readonly KubernetesResource ServiceAccounts = KubernetesResource.Of("v1", "ServiceAccount");

    public async Task<Kubeconfig> CreateAsync(Scope scope, ClusterKey cluster, string clusterName, TimeSpan life, CancellationToken cancellationToken)
    {
        Demand(scope, cluster);
        if (life < TimeSpan.FromMinutes(10) || life > IKubeconfigService.Lives[^1])
        {
            throw new ArgumentOutOfRangeException(nameof(life));
        }

        var api = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        var identity = (await access.FindAsync(cluster, cancellationToken).ConfigureAwait(false))!;
        var account = AccountName(scope.UserId);
        foreach (var manifest in KubeconfigManifests.For(scope, account))
        {
            await api.ApplyAsync(manifest, cancellationToken, force: true).ConfigureAwait(false);
        }

        await WithdrawAsync(api, scope, account, cancellationToken).ConfigureAwait(false);
        var answer = await api.CreateAsync(ServiceAccounts, AccessNamespace, TokenRequest(life), cancellationToken, account, "token").ConfigureAwait(false);
        var expires = DateTimeOffset.Parse(answer["status"]!["expirationTimestamp"]!.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var text = KubeconfigManifests.Text(identity, clusterName, scope, answer["status"]!["token"]!.GetValue<string>());
        await audit.WriteAsync(
            scope, "kubeconfig.create", "cluster/" + cluster.ClusterId, "ok", cancellationToken,
            details: new Dictionary<string, string> { ["account"] = account, ["expires"] = expires.ToString("O", CultureInfo.InvariantCulture) }).ConfigureAwait(false);
        return new Kubeconfig(text, clusterName + ".kubeconfig", expires.ToUniversalTime());
    }

    public async Task<IReadOnlyList<KubeconfigAccount>> ListAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken)
    {
        Demand(scope, cluster);
        var api = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        var found = await api.ListAsync(ServiceAccounts, AccessNamespace, cancellationToken, labelSelector: KubeconfigManifests.Selector).ConfigureAwait(false);
        return [.. found.Select(Account)];
    }

    public async Task RevokeAsync(Scope scope, ClusterKey cluster, string accountName, CancellationToken cancellationToken)
    {
        Demand(scope, cluster);
        if (accountName != AccountName(scope.UserId))
        {
            scope.Demand(Capability.Write);
        }

        var api = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        var found = await api.FindAsync(ServiceAccounts, AccessNamespace, accountName, cancellationToken).ConfigureAwait(false);
        // Only accounts that this service made: the default one and others in the namespace stay.
        if (found?["metadata"]?["labels"]?["container-platform/kubeconfig"] is not null)
        {
            await KubeconfigManifests.DeleteBindingsAsync(api, accountName, cancellationToken).ConfigureAwait(false);
            await api.DeleteAsync(ServiceAccounts, AccessNamespace, accountName, cancellationToken).ConfigureAwait(false);
        }

        await audit.WriteAsync(
            scope, "kubeconfig.revoke", "cluster/" + cluster.ClusterId, "ok", cancellationToken,
            details: new Dictionary<string, string> { ["account"] = accountName }).ConfigureAwait(false);
    }

    internal static string AccountName(string userId) =>
        "person-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userId)))[..32];

    private static void Demand(Scope scope, ClusterKey cluster)
    {
        scope.Demand(Capability.Read);
        if (scope.ProjectId != cluster.ProjectId || scope.Region != cluster.Region)
        {
            throw new ForbiddenException(Capability.Read, cluster.ProjectId);
        }
    }

    /// <summary>A person who was a member and is now a reader keeps no binding of a member.</summary>
    private static async Task WithdrawAsync(IKubernetesApi api, Scope scope, string account, CancellationToken cancellationToken)
    {
        if (!scope.Can(Capability.Write))
        {
            await KubeconfigManifests.DeleteMemberBindingsAsync(api, account, cancellationToken).ConfigureAwait(false);
        }
    }

    private static KubeconfigAccount Account(JsonObject o)
    {
        var annotations = o["metadata"]?["annotations"];
        return new KubeconfigAccount(
            o["metadata"]!["name"]!.GetValue<string>(),
            annotations?[UserIdAnnotation]?.GetValue<string>() ?? "",
            annotations?[UserNameAnnotation]?.GetValue<string>() ?? "",
            DateTimeOffset.Parse(o["metadata"]!["creationTimestamp"]!.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
    }

    private static JsonObject TokenRequest(TimeSpan life) => new()
    {
        ["apiVersion"] = "authentication.k8s.io/v1",
        ["kind"] = "TokenRequest",
        ["spec"] = new JsonObject { ["expirationSeconds"] = (long)life.TotalSeconds },
    };
}
