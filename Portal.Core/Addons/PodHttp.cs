using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Addons;

/// <summary>HTTP to a program in a pod, over the API server's port-forward: raw TCP, so headers arrive as sent.</summary>
internal static class PodHttp
{
    // The pod is its tenant's: it may answer anything, but not without end.
    private const long LongestAnswer = 4 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks a ready pod of a selector.</summary>
    /// <exception cref="BackendException">No pod is ready, or it does not answer with success.</exception>
    public static async Task<string> GetAsync(
        IKubernetesApi api, string inNamespace, string selector, int port, string path, CancellationToken cancellationToken)
    {
        var question = new AddonRequest { Selector = selector, Port = port, Path = path };
        using var response = await SendAsync(api, inNamespace, question, cancellationToken).ConfigureAwait(false);
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode ? text : throw new BackendException("kubernetes", Operation(question), BackendFailure.Broken, null, response.StatusCode);
    }

    /// <summary>Sends an add-on's request, and says whether the answer is what it wants.</summary>
    /// <exception cref="BackendException">No pod is ready, or none answers.</exception>
    public static async Task<bool> SucceedsAsync(IKubernetesApi api, string inNamespace, AddonRequest question, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(api, inNamespace, question, cancellationToken).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        if (question.Status is { } wanted ? status != wanted : !response.IsSuccessStatusCode)
        {
            return false;
        }

        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return (question.ExpectHeader is not { } header || response.Headers.Contains(header) || response.Content.Headers.Contains(header))
            && (question.Expect is not { } pattern || Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    /// <summary>Gives the name of a ready pod.</summary>
    /// <exception cref="BackendException">None is ready.</exception>
    public static async Task<string> PodAsync(IKubernetesApi api, string inNamespace, AddonRequest question, CancellationToken cancellationToken)
    {
        var pods = await api.ListAsync(KubernetesResource.Of("v1", "Pod"), inNamespace, cancellationToken, labelSelector: question.Selector).ConfigureAwait(false);
        return pods.FirstOrDefault(IsReady)?["metadata"]?["name"]?.GetValue<string>()
            ?? throw new BackendException("kubernetes", Operation(question), BackendFailure.Unreachable, "No pod is ready.");
    }

    /// <summary>Says what is asked, for messages.</summary>
    public static string Operation(AddonRequest question) => $"ask {question.Selector} for {question.Path}";

    private static async Task<HttpResponseMessage> SendAsync(IKubernetesApi api, string inNamespace, AddonRequest question, CancellationToken cancellationToken)
    {
        var operation = Operation(question);
        var pod = await PodAsync(api, inNamespace, question, cancellationToken).ConfigureAwait(false);
        using var request = await RequestAsync(api, inNamespace, question, cancellationToken).ConfigureAwait(false);
        using var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (_, stop) => await api.ConnectAsync(inNamespace, pod, question.Port, stop).ConfigureAwait(false),
        };
        using var http = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = LongestAnswer };
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw e.InnerException as BackendException ?? new BackendException("kubernetes", operation, BackendFailure.Unreachable, inner: e);
        }
    }

    private static async Task<HttpRequestMessage> RequestAsync(IKubernetesApi api, string inNamespace, AddonRequest question, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(new HttpMethod(question.Method), new Uri($"http://pod:{question.Port}{question.Path}"));
        if (question.Body is { } body)
        {
            var whole = await GeneratedSecrets.FillAsync(api, inNamespace, body, cancellationToken).ConfigureAwait(false);
            request.Content = new StringContent(whole, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in question.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.Remove(name);
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (question.Login is { } login)
        {
            var (user, password) = await GeneratedSecrets.LoginAsync(api, inNamespace, login, cancellationToken).ConfigureAwait(false);
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        }

        return request;
    }

    private static bool IsReady(JsonObject pod) =>
        pod["metadata"]?["deletionTimestamp"] is null
        && pod["status"]?["conditions"]?.AsArray().Any(c => c?["type"]?.GetValue<string>() is "Ready" && c["status"]?.GetValue<string>() is "True") == true;
}
