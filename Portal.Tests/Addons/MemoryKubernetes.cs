using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Tests.Addons;

/// <summary>A cluster's objects in memory.</summary>
internal sealed class MemoryKubernetes : IKubernetesApi
{
    public List<JsonObject> Objects { get; } = [];

    public HashSet<string> Forbidden { get; } = [];

    /// <summary>What somebody else does just before an object is created.</summary>
    public Action? BeforeCreate { get; set; }

    public Task<string> GetVersionAsync(CancellationToken cancellationToken) => Task.FromResult("v1.31.4");

    public Task<JsonObject?> FindAsync(KubernetesResource resource, string? inNamespace, string name, CancellationToken cancellationToken) =>
        Task.FromResult(Objects.Find(o => (string)o["kind"]! == resource.Kind && (string)o["metadata"]!["name"]! == name));

    public Task<IReadOnlyList<JsonObject>> ListAsync(KubernetesResource resource, string? inNamespace, CancellationToken cancellationToken, string? labelSelector = null, string? fieldSelector = null) =>
        Forbidden.Contains(resource.Kind)
            ? throw new BackendException("kubernetes", "list", BackendFailure.Forbidden)
            : Task.FromResult<IReadOnlyList<JsonObject>>([.. Objects.Where(o => (string)o["kind"]! == resource.Kind && Has(o, labelSelector)).Select(o => JsonNode.Parse(o.ToJsonString())!.AsObject())]);

    public async Task ReadAsync(KubernetesResource resource, Action<IEnumerable<JsonObject>> take, CancellationToken cancellationToken, string? fieldSelector = null) =>
        take(await ListAsync(resource, null, cancellationToken));

    public Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken cancellationToken, bool force = false, bool dryRun = false)
    {
        Objects.RemoveAll(o => (string)o["kind"]! == (string)manifest["kind"]! && (string)o["metadata"]!["name"]! == (string)manifest["metadata"]!["name"]!
            && (string?)o["metadata"]!["namespace"] == (string?)manifest["metadata"]!["namespace"]);
        Objects.Add(manifest);
        return Task.FromResult(manifest);
    }

    public Task<JsonObject> CreateAsync(KubernetesResource resource, string? inNamespace, JsonObject body, CancellationToken cancellationToken, string? name = null, string? subresource = null)
    {
        BeforeCreate?.Invoke();
        if (Objects.Any(o => (string)o["kind"]! == resource.Kind && (string)o["metadata"]!["name"]! == (string)body["metadata"]!["name"]!))
        {
            throw new BackendException("kubernetes", "create", BackendFailure.Conflict);
        }

        Objects.Add(body);
        return Task.FromResult(body);
    }

    public Task<bool> DeleteAsync(KubernetesResource resource, string? inNamespace, string name, CancellationToken cancellationToken, bool orphan = false) => throw new NotSupportedException();

    public Task<bool> CanAsync(string verb, string group, string resource, string? inNamespace, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Stream> ConnectAsync(string inNamespace, string pod, int port, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Stream> OpenLogAsync(string inNamespace, string pod, PodLogRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    // Of selectors is understood that a label is there, and what it says; all of several must hold.
    private static bool Has(JsonObject o, string? selector) => (selector ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).All(part =>
        part.Split('=', 2) is [var label, var value] ? (string?)o["metadata"]?["labels"]?[label] == value : o["metadata"]?["labels"]?[part] is not null);
}
