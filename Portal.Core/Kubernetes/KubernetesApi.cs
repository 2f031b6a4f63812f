using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>The one wrapper around the client library: names checked, headers set, time-outs ours, one exception.</summary>
internal sealed partial class KubernetesApi(IKubernetes client, HttpClient http, Impersonation? impersonation, TimeSpan timeout, NetworkTime network) : IKubernetesApi
{
    internal const string FieldManager = "container-platform-portal";
    private const int PageSize = 500;

    // A cluster is its tenant's, and so is what its API answers: neither one answer nor a list may go on for ever.
    private const int MostPages = 200;
    private const long LongestAnswer = 64 * 1024 * 1024;

    public async Task<string> GetVersionAsync(CancellationToken cancellationToken)
    {
        var version = await SendAsync(HttpMethod.Get, "version", null, "read the version", cancellationToken).ConfigureAwait(false);
        return version["gitVersion"]?.GetValue<string>() ?? "";
    }

    public async Task<JsonObject?> FindAsync(KubernetesResource resource, string? inNamespace, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(HttpMethod.Get, resource.ObjectPath(inNamespace, name), null, $"read {resource.Kind} {name}", cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<JsonObject>> ListAsync(
        KubernetesResource resource, string? inNamespace, CancellationToken cancellationToken, string? labelSelector = null, string? fieldSelector = null)
    {
        var path = $"{resource.CollectionPath(inNamespace)}?limit={PageSize}{Query("labelSelector", labelSelector)}{Query("fieldSelector", fieldSelector)}";
        return await AgainAsync(() => ListPagesAsync(resource, path, cancellationToken)).ConfigureAwait(false);
    }

    public Task ReadAsync(KubernetesResource resource, Action<IEnumerable<JsonObject>> take, CancellationToken cancellationToken, string? fieldSelector = null) =>
        AgainAsync(() => PagesAsync(resource, $"{resource.CollectionPath(null)}?limit={PageSize}{Query("fieldSelector", fieldSelector)}", take, cancellationToken));

    public Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken cancellationToken, bool force = false, bool dryRun = false)
    {
        var resource = KubernetesResource.Of(manifest);
        var metadata = manifest["metadata"]!;
        var name = metadata["name"]?.GetValue<string>() ?? "";
        var path = resource.ObjectPath(resource.IsNamespaced ? metadata["namespace"]?.GetValue<string>() : null, name);
        var query = $"?fieldManager={FieldManager}&fieldValidation=Strict{(force ? "&force=true" : "")}{(dryRun ? "&dryRun=All" : "")}";
        if (metadata["managedFields"] is not null)
        {
            // What was read has them; the API refuses to be told.
            manifest = manifest.DeepClone().AsObject();
            manifest["metadata"]!.AsObject().Remove("managedFields");
        }

        return SendAsync(HttpMethod.Patch, path + query, Json(manifest, "application/apply-patch+yaml"), $"apply {resource.Kind} {name}", cancellationToken);
    }

    public Task<JsonObject> CreateAsync(
        KubernetesResource resource, string? inNamespace, JsonObject body, CancellationToken cancellationToken, string? name = null, string? subresource = null)
    {
        var path = name is null ? resource.CollectionPath(inNamespace) : resource.ObjectPath(inNamespace, name);
        if (subresource is not null)
        {
            path += "/" + KubernetesName.Check(subresource);
        }

        return SendAsync(HttpMethod.Post, $"{path}?fieldManager={FieldManager}", Json(body, "application/json"), $"create {resource.Kind} {subresource}".TrimEnd(), cancellationToken);
    }

    public async Task<bool> DeleteAsync(KubernetesResource resource, string? inNamespace, string name, CancellationToken cancellationToken, bool orphan = false)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, resource.ObjectPath(inNamespace, name) + (orphan ? "?propagationPolicy=Orphan" : "?propagationPolicy=Foreground"), null, $"delete {resource.Kind} {name}", cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            return false;
        }
    }

    public async Task<bool> CanAsync(string verb, string group, string resource, string? inNamespace, CancellationToken cancellationToken)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["resourceAttributes"] = new JsonObject { ["verb"] = verb, ["group"] = group, ["resource"] = resource, ["namespace"] = inNamespace },
            },
        };
        var answer = await SendAsync(HttpMethod.Post, "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", Json(review, "application/json"), "ask what is allowed", cancellationToken).ConfigureAwait(false);
        return answer["status"]?["allowed"]?.GetValue<bool>() ?? false;
    }

    public async Task<Stream> ConnectAsync(string inNamespace, string pod, int port, CancellationToken cancellationToken)
    {
        var operation = $"forward port {port} of {pod}";
        try
        {
            var headers = impersonation?.Headers.ToDictionary(h => h.Key, h => h.Value.ToList());
            var socket = await client.WebSocketNamespacedPodPortForwardAsync(
                KubernetesName.Check(pod), KubernetesName.CheckNamespace(inNamespace), [port], "v4.channel.k8s.io", headers, cancellationToken).WaitAsync(timeout, network.Provider, cancellationToken).ConfigureAwait(false);
            return new PortForwardStream(socket);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not ArgumentException)
        {
            throw KubernetesErrors.From(e, operation);
        }
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, HttpContent? body, string operation, CancellationToken cancellationToken)
    {
        using var request = Request(method, path, body);
        using var patience = network.Within(timeout, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(LongestAnswer, patience.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw await KubernetesErrors.ReadAsync(response, operation, patience.Token).ConfigureAwait(false);
            }

            var text = await response.Content.ReadAsStringAsync(patience.Token).ConfigureAwait(false);
            return text.Length == 0 ? [] : JsonNode.Parse(text) as JsonObject ?? [];
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw KubernetesErrors.From(e, operation);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? body)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        foreach (var (name, values) in impersonation?.Headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, values);
        }

        return request;
    }

    private static async Task<T> AgainAsync<T>(Func<Task<T>> read)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await read().ConfigureAwait(false);
            }
            catch (BackendException e) when (e.Status is HttpStatusCode.Gone && attempt < 3)
            {
                // The pages' snapshot was compacted away: begin again.
            }
        }
    }

    private async Task<IReadOnlyList<JsonObject>> ListPagesAsync(KubernetesResource resource, string path, CancellationToken cancellationToken)
    {
        var items = new List<JsonObject>();
        await PagesAsync(resource, path, items.AddRange, cancellationToken).ConfigureAwait(false);
        return items;
    }

    /// <summary>Hands the pages on as they come; gives the version of the first, from which a watch goes on.</summary>
    private async Task<string> PagesAsync(KubernetesResource resource, string path, Action<IEnumerable<JsonObject>> take, CancellationToken cancellationToken)
    {
        var pages = 0;
        string? next = null;
        string? version = null;
        do
        {
            if (pages++ == MostPages)
            {
                throw new BackendException("kubernetes", $"list {resource.Plural}", BackendFailure.Broken, $"More than {MostPages * PageSize} objects.");
            }

            var page = await SendAsync(HttpMethod.Get, path + Query("continue", next), null, $"list {resource.Plural}", cancellationToken).ConfigureAwait(false);
            take(Items(page, resource));
            version ??= page["metadata"]?["resourceVersion"]?.GetValue<string>();
            next = page["metadata"]?["continue"]?.GetValue<string>();
        }
        while (!string.IsNullOrEmpty(next));

        return version ?? "";
    }

    private static IEnumerable<JsonObject> Items(JsonObject page, KubernetesResource resource)
    {
        foreach (var item in page["items"]?.AsArray().OfType<JsonObject>() ?? [])
        {
            var copy = item.DeepClone().AsObject();
            // Items of a list have neither; with them an item can be handed on like any object.
            copy["apiVersion"] ??= resource.ApiVersion;
            copy["kind"] ??= resource.Kind;
            yield return copy;
        }
    }

    private static string Query(string name, string? value) => string.IsNullOrEmpty(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static StringContent Json(JsonObject body, string mediaType) => new(body.ToJsonString(), Encoding.UTF8, mediaType);
}
