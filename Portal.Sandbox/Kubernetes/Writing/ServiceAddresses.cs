using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Writing;

/// <summary>Gives cluster IPs and node ports to services.</summary>
internal static class ServiceAddresses
{
    /// <exception cref="KubeException">422: the address or port asked for is taken.</exception>
    public static void Allocate(KubeCluster cluster, JsonObject body, string? fixedAddress)
    {
        var spec = body.Child("spec");
        if (spec.Str("type") == "ExternalName")
        {
            return;
        }

        var taken = cluster.Store.List("services").Select(s => s.Body.Str("spec.clusterIP")).ToHashSet(StringComparer.Ordinal);
        var wanted = fixedAddress ?? spec.Str("clusterIP");
        if (wanted.Length > 0 && wanted != "None" && taken.Contains(wanted))
        {
            throw KubeException.Invalid(string.Empty, "Service", body.Name(), [Cause.Invalid("spec.clusterIPs", $"[]string{{\"{wanted}\"}}", "failed to allocate IP " + wanted + ": provided IP is already allocated")]);
        }

        while (wanted.Length == 0 || taken.Contains(wanted) && wanted != "None")
        {
            wanted = $"10.254.{RandomNumberGenerator.GetInt32(0, 256)}.{RandomNumberGenerator.GetInt32(2, 255)}";
        }

        spec["clusterIP"] = wanted;
        spec["clusterIPs"] = JsonPaths.Texts([wanted]);
        spec.Default("ipFamilies", JsonPaths.Texts(["IPv4"]));
        spec.Default("ipFamilyPolicy", "SingleStack");
        if (spec.Str("type") is "NodePort" or "LoadBalancer")
        {
            NodePorts(cluster, spec);
        }
    }

    /// <summary>Gives what a changed service needs and does not have yet.</summary>
    public static void Complete(KubeCluster cluster, JsonObject body)
    {
        var spec = body.Child("spec");
        if (spec.Str("clusterIP").Length == 0)
        {
            Allocate(cluster, body, null);
        }
        else if (spec.Str("type") is "NodePort" or "LoadBalancer")
        {
            NodePorts(cluster, spec);
        }
    }

    private static void NodePorts(KubeCluster cluster, JsonObject spec)
    {
        var taken = cluster.Store.List("services").SelectMany(s => s.Body.Items("spec.ports")).Select(p => p.Int("nodePort") ?? 0).ToHashSet();
        foreach (var port in spec.Items("ports").Where(p => p.Int("nodePort") is null or 0))
        {
            int number;
            do
            {
                number = RandomNumberGenerator.GetInt32(30000, 32768);
            }
            while (!taken.Add(number));
            port["nodePort"] = number;
        }
    }
}
