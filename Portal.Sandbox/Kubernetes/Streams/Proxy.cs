using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Streams;

/// <summary>The proxy of the API server to pods and services. Like the real one it keeps the Authorization header to itself.</summary>
internal static class Proxy
{
    public static async Task AnswerAsync(KubeCluster cluster, KubeRequest request)
    {
        var (_, name, port) = Target(request.Parts.Name);
        var (pod, number) = request.Type.Plural switch
        {
            "services" => OfService(cluster, request, name, port),
            "pods" => OfPod(cluster, request, name, port),
            _ => throw Unavailable("error trying to reach service: the kubelet's own API is not simulated"),
        };
        var program = PodPort.Find(cluster, pod, number) ?? throw Unavailable($"error trying to reach service: dial tcp {pod.Body.Str("status.podIP")}:{number}: connect: connection refused");
        using var body = new MemoryStream();
        await request.Http.Request.Body.CopyToAsync(body, request.Http.RequestAborted);
        var headers = request.Http.Request.Headers.Where(h => !h.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var question = new PodQuestion(request.Http.Request.Method, "/" + request.Parts.Rest, request.Http.Request.QueryString.Value?.TrimStart('?') ?? string.Empty, headers, body.ToArray());
        var answer = program(new PodPlace(cluster, pod.Namespace, pod.Name), question);
        var response = request.Http.Response;
        response.Headers.Remove("Cache-Control");
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        foreach (var (header, value) in answer.Headers)
        {
            response.Headers.Append(header, value);
        }

        await response.Body.WriteAsync(answer.Body, request.Http.RequestAborted);
    }

    private static (string Scheme, string Name, string Port) Target(string text) => text.Split(':') switch
    {
        [var scheme, var name, var port] => (scheme, name, port),
        [var name, var port] => ("http", name, port),
        _ => ("http", text, string.Empty),
    };

    private static (StoredObject Pod, int Port) OfPod(KubeCluster cluster, KubeRequest request, string name, string port)
    {
        var pod = cluster.Store.Find("pods", request.Parts.Namespace, name) ?? throw KubeException.NotFound(string.Empty, "pods", name);
        var first = pod.Body.Items("spec.containers").SelectMany(c => c.Items("ports")).FirstOrDefault()?.Int("containerPort") ?? 80;
        return (pod, port.Length == 0 ? first : PodPort.Number(pod, JsonValue.Create(port)));
    }

    private static (StoredObject Pod, int Port) OfService(KubeCluster cluster, KubeRequest request, string name, string port)
    {
        var service = cluster.Store.Find("services", request.Parts.Namespace, name) ?? throw KubeException.NotFound(string.Empty, "services", name);
        var ports = service.Body.Items("spec.ports").ToList();
        var wanted = port.Length == 0 && ports.Count == 1 ? ports[0] : ports.Find(p => p.Str("name") == port || p["port"]?.ToJsonString() == port);
        var ready = cluster.Store.Find("endpoints", request.Parts.Namespace, name)?.Body.Items("subsets").SelectMany(s => s.Items("addresses")).FirstOrDefault();
        var pod = ready is null ? null : cluster.Store.Find("pods", request.Parts.Namespace, ready.Str("targetRef.name"));
        if (wanted is null || pod is null)
        {
            throw Unavailable($"no endpoints available for service \"{request.Parts.Name}\"");
        }

        return (pod, PodPort.Number(pod, wanted["targetPort"]));
    }

    private static KubeException Unavailable(string message) => new(503, "ServiceUnavailable", message);
}
