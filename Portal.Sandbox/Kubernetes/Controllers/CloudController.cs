using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Rbac;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Gives load balancers their address after a while, and token secrets their token.</summary>
internal sealed class CloudController : IController
{
    public bool Concerns(string storage) => storage is "services" or "secrets" or "events";

    public void Run(Reconciliation now)
    {
        foreach (var service in now.Store.List("services").Where(s => now.Cluster.HasCloud && s.Body.Str("spec.type") == "LoadBalancer" && !s.Body.Items("status.loadBalancer.ingress").Any()))
        {
            var born = KubeTime.Parse(service.Body.At("metadata.creationTimestamp")) ?? now.Now;
            if (now.Reached(born + now.Paced(45)))
            {
                var address = $"203.0.113.{RandomNumberGenerator.GetInt32(10, 250)}";
                now.Status("services", service, new JsonObject { ["loadBalancer"] = new JsonObject { ["ingress"] = new JsonArray(new JsonObject { ["ip"] = address }) } });
                now.Event(service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer", "service-controller");
            }
        }

        foreach (var secret in now.Store.List("secrets").Where(s => s.Body.Str("type") == "kubernetes.io/service-account-token" && s.Body.At("data.token") is null))
        {
            Fill(now, secret);
        }

        foreach (var old in now.Store.List("events").Where(e => KubeTime.Parse(e.Body.At("metadata.creationTimestamp")) < now.Now.AddHours(-1)))
        {
            now.Store.Remove("events", old);
        }
    }

    private static void Fill(Reconciliation now, StoredObject secret)
    {
        var name = secret.Body.Map("metadata.annotations").GetValueOrDefault("kubernetes.io/service-account.name", string.Empty);
        if (now.Store.Find("serviceaccounts", secret.Namespace, name) is not { } account)
        {
            return;
        }

        string Encode(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
        var body = secret.Copy();
        body.Child("metadata").Child("annotations")["kubernetes.io/service-account.uid"] = account.Uid;
        var bound = new JsonObject { ["kind"] = "Secret", ["name"] = secret.Name, ["uid"] = secret.Uid };
        body["data"] = new JsonObject
        {
            ["ca.crt"] = Encode(now.Cluster.Authority.CertificatePem + "\n"),
            ["namespace"] = Encode(secret.Namespace),
            ["token"] = Encode(now.Cluster.Tokens.Issue(account, [ServiceAccountTokens.Issuer], now.Now, null, bound)),
        };
        now.Store.Put("secrets", body);
    }
}
