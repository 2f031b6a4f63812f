using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Gives every namespace its default account and CA bundle, and empties those that end.</summary>
internal sealed class NamespaceController : IController
{
    private const string Description = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

    public bool Concerns(string storage) => storage != "events";

    public void Run(Reconciliation now)
    {
        foreach (var ns in now.Store.List("namespaces"))
        {
            if (ns.Body.Str("status.phase") == "Terminating")
            {
                End(now, ns);
            }
            else
            {
                Account(now, ns.Name);
                Bundle(now, ns.Name);
            }
        }
    }

    private static void Account(Reconciliation now, string ns)
    {
        if (now.Store.Find("serviceaccounts", ns, "default") is null)
        {
            now.Cluster.Writer.Create(now.Cluster.Type("serviceaccounts"), ns, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } }, WriteOptions.Controller);
        }
    }

    private static void Bundle(Reconciliation now, string ns)
    {
        const string Name = "kube-root-ca.crt";
        var pem = now.Cluster.Authority.CertificatePem + "\n";
        var type = now.Cluster.Type("configmaps");
        if (now.Store.Find("configmaps", ns, Name) is not { } map)
        {
            var body = new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = Name, ["annotations"] = new JsonObject { ["kubernetes.io/description"] = Description } },
                ["data"] = new JsonObject { ["ca.crt"] = pem },
            };
            now.Cluster.Writer.Create(type, ns, body, WriteOptions.Controller);
        }
        else if (map.Body.Obj("data")?["ca.crt"].Text() != pem)
        {
            now.Cluster.Writer.Update(type, ns, Name, string.Empty, body =>
            {
                body["data"] = new JsonObject { ["ca.crt"] = pem };
                return body;
            }, WriteOptions.Controller);
        }
    }

    private static void End(Reconciliation now, StoredObject ns)
    {
        var begun = KubeTime.Parse(ns.Body.At("metadata.deletionTimestamp")) ?? now.Now;
        if (!now.Reached(begun + TimeSpan.FromSeconds(Math.Max(1.5, now.Paced(2).TotalSeconds))))
        {
            return;
        }

        var left = false;
        foreach (var type in now.Cluster.Types.All.Where(t => t.Namespaced && t.Stored).DistinctBy(t => t.Storage).ToList())
        {
            foreach (var item in now.Store.List(type.Storage, ns.Name))
            {
                if (item.Body.At("metadata.deletionTimestamp") is null)
                {
                    Deleter.Delete(now.Cluster, type, ns.Name, item.Name, null);
                }

                left |= now.Store.Find(type.Storage, ns.Name, item.Name) is not null;
            }
        }

        if (left)
        {
            return;
        }

        var body = ns.Copy();
        body.Child("spec").Remove("finalizers");
        if (Deleter.NoFinalizers(now.Cluster.Type("namespaces"), body))
        {
            now.Store.Remove("namespaces", now.Store.Put("namespaces", body));
        }
    }
}
