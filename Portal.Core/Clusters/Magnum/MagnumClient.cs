using System.Net;
using Portal.Core.Backends;

namespace Portal.Core.Clusters.Magnum;

/// <summary>Speaks with Magnum. Lists have a long time-out: a tenant's list of many clusters takes Magnum a minute.</summary>
internal sealed class MagnumClient(BackendHttp http) : IMagnumClient, IMagnumCertificates
{
    private const string ApiVersion = "container-infra 1.10";

    // Magnum updates the cluster's stack before it answers.
    private static readonly TimeSpan RotateTimeout = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(120);

    public async Task<IReadOnlyList<Cluster>> ListClustersAsync(Scope scope, bool detail, CancellationToken cancellationToken)
    {
        var call = Call(scope, "list clusters", detail ? "clusters/detail" : "clusters") with { Timeout = ListTimeout, Retry = false };
        var rows = new List<MagnumWire.ClusterBody>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (string? next = call.Path; next is not null && seen.Add(next);)
        {
            var page = await http.GetAsync<MagnumWire.ClusterPage>(call with { Path = next }, cancellationToken).ConfigureAwait(false);
            rows.AddRange(page.Clusters ?? []);
            next = page.Next;
        }

        return [.. rows.DistinctBy(r => r.Uuid).Select(r => r.ToCluster())];
    }

    public async Task<Cluster?> FindClusterAsync(Scope scope, string id, CancellationToken cancellationToken)
    {
        try
        {
            return MagnumId.IsUuid(id)
                ? (await http.FindAsync<MagnumWire.ClusterBody>(Call(scope, "find cluster", "clusters/" + id), cancellationToken).ConfigureAwait(false))?.ToCluster()
                : null;
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Invalid)
        {
            // Nothing was asked that could be wrong. The last moment of a deletion is like that: the node groups are gone, the row is not,
            // and Magnum refuses its own "master_count 0".
            throw new BackendException(e.Backend, e.Operation, BackendFailure.Broken, e.Answer, e.Status, e.RequestId, e);
        }
    }

    public async Task<string> CreateClusterAsync(Scope scope, ClusterSpec spec, CancellationToken cancellationToken)
    {
        var call = Call(scope, "create cluster", "clusters") with { Method = HttpMethod.Post, Body = MagnumWire.CreateBody.Of(spec) };
        return (await http.GetAsync<MagnumWire.Created>(call, cancellationToken).ConfigureAwait(false)).Uuid;
    }

    public async Task ResizeClusterAsync(Scope scope, string id, int nodeCount, string? nodeGroup, CancellationToken cancellationToken)
    {
        var call = Call(scope, "resize cluster", $"clusters/{MagnumId.Checked(id)}/actions/resize") with
        {
            Method = HttpMethod.Post,
            Body = new MagnumWire.ResizeBody(nodeCount, nodeGroup),
        };
        await http.SendAsync(call, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> DeleteClusterAsync(Scope scope, string id, CancellationToken cancellationToken)
    {
        try
        {
            await http.SendAsync(Call(scope, "delete cluster", "clusters/" + MagnumId.Checked(id)) with { Method = HttpMethod.Delete }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            return false;
        }
    }

    public async Task<IReadOnlyList<NodeGroup>> ListNodeGroupsAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        var call = Call(scope, "list node groups", $"clusters/{MagnumId.Checked(clusterId)}/nodegroups");
        var page = await http.GetAsync<MagnumWire.NodeGroupPage>(call, cancellationToken).ConfigureAwait(false);
        return [.. (page.Nodegroups ?? []).Select(n => n.ToNodeGroup())];
    }

    public async Task<IReadOnlyList<ClusterTemplate>> ListTemplatesAsync(Scope scope, CancellationToken cancellationToken)
    {
        var call = Call(scope, "list cluster templates", "clustertemplates/detail") with { Timeout = ListTimeout };
        var rows = new List<ClusterTemplate>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (string? next = call.Path; next is not null && seen.Add(next);)
        {
            var page = await http.GetAsync<MagnumWire.TemplatePage>(call with { Path = next }, cancellationToken).ConfigureAwait(false);
            rows.AddRange((page.Clustertemplates ?? []).Select(t => t.ToTemplate()));
            next = page.Next;
        }

        return [.. rows.DistinctBy(t => t.Id)];
    }

    public async Task<ClusterTemplate?> FindTemplateAsync(Scope scope, string id, CancellationToken cancellationToken) =>
        MagnumId.IsUuid(id)
            ? (await http.FindAsync<MagnumWire.TemplateBody>(Call(scope, "find cluster template", "clustertemplates/" + id), cancellationToken).ConfigureAwait(false))?.ToTemplate()
            : null;

    public async Task<ProjectQuota> GetClusterQuotaAsync(Scope scope, CancellationToken cancellationToken)
    {
        var project = Uri.EscapeDataString(scope.ProjectId);
        var limit = http.GetAsync<MagnumWire.Quota>(Call(scope, "read cluster quota", $"quotas/{project}/Cluster"), cancellationToken);
        var used = http.GetAsync<MagnumWire.Stats>(Call(scope, "read cluster statistics", "stats") with { Query = [("project_id", scope.ProjectId)] }, cancellationToken);
        await Task.WhenAll(limit, used).ConfigureAwait(false);
        var hard = (await limit.ConfigureAwait(false)).HardLimit;
        return new ProjectQuota("clusters", (await used.ConfigureAwait(false)).Clusters, hard < 0 ? null : hard, "count");
    }

    public async Task<string?> FindAuthorityAsync(Scope scope, string clusterId, CancellationToken cancellationToken) =>
        MagnumId.IsUuid(clusterId)
            ? (await http.FindAsync<MagnumWire.Certificate>(Call(scope, "read certificate authority", "certificates/" + clusterId), cancellationToken).ConfigureAwait(false))?.Pem
            : null;

    public async Task<string> SignAsync(Scope scope, string clusterId, string requestPem, CancellationToken cancellationToken)
    {
        var call = Call(scope, "sign certificate", "certificates") with { Method = HttpMethod.Post, Body = new MagnumWire.SignBody(MagnumId.Checked(clusterId), requestPem) };
        var answer = await http.SendAsync(call, cancellationToken).ConfigureAwait(false);
        return answer.Read<MagnumWire.Certificate>().Pem
            ?? throw new BackendException("magnum", call.Operation, BackendFailure.Unexpected, "no certificate in the answer", answer.Status, answer.RequestId);
    }

    public Task RotateAuthorityAsync(Scope scope, string clusterId, CancellationToken cancellationToken) => http.SendAsync(
        Call(scope, "rotate certificate authority", "certificates/" + MagnumId.Checked(clusterId)) with { Method = HttpMethod.Patch, Timeout = RotateTimeout }, cancellationToken);

    private static BackendCall Call(Scope scope, string operation, string path) => new()
    {
        Backend = "magnum",
        Operation = operation,
        Scope = scope,
        ServiceType = "container-infra",
        Version = "v1",
        Path = path,
        Headers = [("OpenStack-API-Version", ApiVersion)],
        Timeout = TimeSpan.FromSeconds(60),
    };
}

/// <summary>Magnum takes names where ids are meant, and names are not unique: only uuids are ever put into a path.</summary>
internal static class MagnumId
{
    public static bool IsUuid(string? id) => Guid.TryParseExact(id, "D", out _);

    /// <exception cref="BackendException">Not a uuid, so there is no such thing.</exception>
    public static string Checked(string id) =>
        IsUuid(id) ? id : throw new BackendException("magnum", "find cluster", BackendFailure.NotFound, null, HttpStatusCode.NotFound);
}
