using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Streams;

/// <summary>A port of a pod and what listens there.</summary>
internal static class PodPort
{
    /// <summary>Gives the program behind a pod's port, or null when nothing listens there.</summary>
    public static PodProgram? Find(KubeCluster cluster, StoredObject pod, int port)
    {
        if (pod.Body.Str("status.phase") != "Running" || cluster.Context.Find<IPodPrograms>() is not { } programs)
        {
            return null;
        }

        foreach (var container in pod.Body.Items("spec.containers"))
        {
            var image = Images.ShortName(container.Str("image"));
            if (programs.Find(image, port) is { } known)
            {
                return programs.Listens(image, port, new PodPlace(cluster, pod.Namespace, pod.Name)) ? known : null;
            }

            if (container.Items("ports").Any(p => p.Int("containerPort") == port))
            {
                return (place, _) => PodAnswer.Text(200, $"{container.Str("name")} in {place.Namespace}/{place.Pod}\n");
            }
        }

        return null;
    }

    /// <summary>Gives what speaks packets on a pod's port, or null.</summary>
    public static PodTalk? FindTalk(KubeCluster cluster, StoredObject pod, int port) =>
        pod.Body.Str("status.phase") == "Running" && cluster.Context.Find<IPodPrograms>() is { } programs
            ? pod.Body.Items("spec.containers").Select(c => programs.FindTalk(Images.ShortName(c.Str("image")), port)).FirstOrDefault(t => t is not null)
            : null;

    /// <summary>Gives what the kubelet says when nothing listens on a port.</summary>
    public static string Refusal(StoredObject pod, int port) =>
        $"error forwarding port {port} to pod {pod.Uid}, uid : failed to connect to localhost:{port} inside namespace \"{pod.Uid}\", IPv4: dial tcp4 127.0.0.1:{port}: connect: connection refused ";

    /// <summary>Says whether the pod's own probes would find it ready. What is not simulated is ready when it runs.</summary>
    public static bool ProbesPass(KubeCluster cluster, StoredObject pod)
    {
        var programs = cluster.Context.Find<IPodPrograms>();
        foreach (var container in pod.Body.Items("spec.containers"))
        {
            var handler = container.Obj("readinessProbe.httpGet") ?? container.Obj("readinessProbe.tcpSocket");
            var port = handler is null ? 0 : Number(pod, handler["port"]);
            if (port == 0 || programs?.Find(Images.ShortName(container.Str("image")), port) is null)
            {
                continue;
            }

            var path = handler!.Str("path").Split('?', 2);
            if (Find(cluster, pod, port) is not { } program || (path[0].Length > 0 && program(
                new PodPlace(cluster, pod.Namespace, pod.Name), new PodQuestion("GET", path[0], path.Length > 1 ? path[1] : string.Empty, new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), [])).Status is < 200 or >= 400))
            {
                return false;
            }
        }

        return true;
    }

    public static int Number(StoredObject pod, JsonNode? target) => target.Text() is { } name
        ? int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number
            : pod.Body.Items("spec.containers").SelectMany(c => c.Items("ports")).FirstOrDefault(p => p.Str("name") == name)?.Int("containerPort") ?? 0
        : target is null ? 0 : (int)target.Number();
}
