using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes.Watching;

namespace Portal.Core.Kubernetes;

/// <content>What a shared watch is made of: a list with its version, and the stream of what comes after.</content>
internal sealed partial class KubernetesApi
{
    /// <summary>Lists all objects of a type in pages and gives the version from which a watch goes on.</summary>
    /// <exception cref="BackendException">Also 410 when the pages' snapshot was compacted away: begin again.</exception>
    public Task<string> ListForWatchAsync(KubernetesResource resource, string? labelSelector, Action<IEnumerable<JsonObject>> take, CancellationToken cancellationToken) =>
        PagesAsync(resource, $"{resource.CollectionPath(null)}?limit={PageSize}{Query("labelSelector", labelSelector)}", take, cancellationToken);

    /// <summary>Gives the version at which the API is now. Costs one object.</summary>
    public async Task<string> FindVersionAsync(KubernetesResource resource, CancellationToken cancellationToken)
    {
        var page = await SendAsync(HttpMethod.Get, $"{resource.CollectionPath(null)}?limit=1", null, $"list {resource.Plural}", cancellationToken).ConfigureAwait(false);
        return page["metadata"]?["resourceVersion"]?.GetValue<string>() ?? "";
    }

    /// <summary>Opens the stream of changes after a version; the API ends it after <paramref name="life"/>.</summary>
    public async Task<WatchStream> OpenWatchAsync(KubernetesResource resource, string? labelSelector, string version, TimeSpan life, CancellationToken cancellationToken)
    {
        var operation = $"watch {resource.Plural}";
        var seconds = ((int)life.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        using var request = Request(HttpMethod.Get, $"{resource.CollectionPath(null)}?watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}{Query("resourceVersion", version)}{Query("labelSelector", labelSelector)}", null);

        // Many watches, one connection.
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        using var patience = network.Within(timeout, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                await response.Content.LoadIntoBufferAsync(LongestAnswer, patience.Token).ConfigureAwait(false);
                throw await KubernetesErrors.ReadAsync(response, operation, patience.Token).ConfigureAwait(false);
            }

            var stream = new WatchStream(response, await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false), operation);
            response = null;
            return stream;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw KubernetesErrors.From(e, operation);
        }
        finally
        {
            response?.Dispose();
        }
    }
}
