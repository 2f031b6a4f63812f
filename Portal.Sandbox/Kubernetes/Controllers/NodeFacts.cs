using Portal.Sandbox.World;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>What a node says that Magnum does not tell: a world may declare it, else it is derived.</summary>
/// <param name="Zone">Availability zone.</param>
/// <param name="Flavor">Instance type.</param>
/// <param name="MasterTaint">Taint of control plane nodes.</param>
/// <param name="InternalName">DNS name.</param>
/// <param name="KubeletPort">Port of the kubelet.</param>
internal sealed record NodeFacts(string Zone, string Flavor, string MasterTaint, string InternalName, int KubeletPort)
{
    public static NodeFacts Of(KubeCluster cluster, KubernetesNodeSpec spec) =>
        cluster.NodeFacts.GetValueOrDefault(spec.Name)
        ?? new NodeFacts("nova", spec.Cores >= 8 ? "m1.xlarge" : spec.Cores >= 4 ? "m1.large" : spec.Cores >= 2 ? "m1.medium" : "m1.small", "node-role.kubernetes.io/control-plane", spec.Name + ".novalocal", 10250);
}
