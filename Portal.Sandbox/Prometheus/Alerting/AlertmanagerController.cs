using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus.Alerting;

/// <summary>Lets the Alertmanagers that run in a cluster tell their receivers.</summary>
internal sealed class AlertmanagerController : IController
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);

    public bool Concerns(string storage) => storage is "pods" or "secrets" or "configmaps";

    public void Run(Reconciliation now)
    {
        var tells = false;
        foreach (var pod in now.Store.List("pods").Where(p => p.Body.Str("status.phase") == "Running" && PodInside.Container(p, "alertmanager") is not null).ToList())
        {
            tells |= AlertmanagerProgram.Notify(new PodPlace(now.Cluster, pod.Namespace, pod.Name));
        }

        if (tells)
        {
            var step = now.Paced(5);
            now.Reached(now.Now + (step < Shortest ? Shortest : step));
        }
    }
}
