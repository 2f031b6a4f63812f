using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Writing;

/// <summary>What a change may leave out or takes with it.</summary>
internal static class UpdateHooks
{
    public static void Prepare(ResourceType type, JsonObject before, JsonObject after, string subresource)
    {
        if (subresource.Length > 0)
        {
            return;
        }

        switch (type.Storage)
        {
            case "services":
                Service(before, after.Child("spec"));
                break;
            case "daemonsets.apps" when !JsonNode.DeepEquals(before.At("spec.template"), after.At("spec.template")):
                var annotations = after.Child("metadata").Child("annotations");
                annotations["deprecated.daemonset.template.generation"] =
                    (int.Parse(before.Map("metadata.annotations").GetValueOrDefault("deprecated.daemonset.template.generation", "1"), CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
                break;
            case "namespaces":
                after["spec"] = before["spec"]?.DeepClone();
                break;
            case "jobs.batch":
                after.Child("spec").Default("selector", before.At("spec.selector")?.DeepClone());
                break;
            case "pods":
                foreach (var field in new[] { "nodeName", "serviceAccountName", "serviceAccount", "tolerations", "priority", "enableServiceLinks", "preemptionPolicy" })
                {
                    after.Child("spec").Default(field, before["spec"]![field]?.DeepClone());
                }

                break;
            default:
                break;
        }
    }

    private static void Service(JsonObject before, JsonObject spec)
    {
        if (spec.Str("type") == "ExternalName")
        {
            return;
        }

        foreach (var field in new[] { "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy" })
        {
            spec.Default(field, before["spec"]![field]?.DeepClone());
        }

        if (spec.Str("type") is "NodePort" or "LoadBalancer")
        {
            foreach (var port in spec.Items("ports"))
            {
                var old = before.Items("spec.ports").FirstOrDefault(p => JsonNode.DeepEquals(p["port"], port["port"]));
                port.Default("nodePort", old?["nodePort"]?.DeepClone());
            }
        }
    }
}
