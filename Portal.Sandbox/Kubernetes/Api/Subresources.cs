using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Patching;
using Portal.Sandbox.Kubernetes.Rbac;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>The subresources that are no plain part of the object: scale, eviction, binding, token, finalize.</summary>
internal static class Subresources
{
    public static async Task ScaleAsync(KubeCluster cluster, KubeRequest request)
    {
        var type = request.Type;
        var (ns, name) = (request.Parts.Namespace, request.Parts.Name);
        if (request.Parts.Verb == "get")
        {
            var found = cluster.Store.Find(type.Storage, ns, name) ?? throw KubeException.NotFound(type.Group, type.Plural, name);
            await Output.JsonAsync(request.Http, 200, Scale(found.Body));
            return;
        }

        var text = await Bodies.TextAsync(request.Http);
        var media = (request.Http.Request.ContentType ?? string.Empty).Split(';')[0].Trim();
        var changed = cluster.Writer.Update(type, ns, name, string.Empty, body => Rescaled(request, media, text, body), Resources.Options(request));
        await Output.JsonAsync(request.Http, 200, Scale(changed));
    }

    public static async Task EvictAsync(KubeCluster cluster, KubeRequest request)
    {
        var (ns, name) = (request.Parts.Namespace, request.Parts.Name);
        var options = (await Bodies.AnyAsync(request.Http, "Eviction"))["deleteOptions"] as JsonObject;
        lock (cluster.Store.Gate)
        {
            var pod = cluster.Store.Find("pods", ns, name) ?? throw KubeException.NotFound(string.Empty, "pods", name);
            foreach (var budget in cluster.Store.List("poddisruptionbudgets.policy", ns).Where(b => LabelSelector.Of(b.Body.At("spec.selector"))(pod.Labels)))
            {
                if ((budget.Body.Int("status.disruptionsAllowed") ?? 0) <= 0)
                {
                    var cause = new JsonObject
                    {
                        ["reason"] = "DisruptionBudget",
                        ["message"] = $"The disruption budget {budget.Name} needs {Tables.Int(budget.Body, "status.desiredHealthy")} healthy pods and has {Tables.Int(budget.Body, "status.currentHealthy")} currently",
                    };
                    throw new KubeException(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", new JsonObject { ["causes"] = new JsonArray(cause) });
                }
            }

            Deleter.Delete(cluster, request.Type, ns, name, options, request.DryRun);
        }

        await Output.JsonAsync(request.Http, 201, Success());
    }

    public static async Task BindAsync(KubeCluster cluster, KubeRequest request)
    {
        var binding = Bodies.Parse(await Bodies.TextAsync(request.Http), "Binding");
        cluster.Writer.Update(request.Type, request.Parts.Namespace, request.Parts.Name, "binding", pod =>
        {
            pod.Child("spec")["nodeName"] = binding.Str("target.name");
            return pod;
        }, Resources.Options(request));
        await Output.JsonAsync(request.Http, 201, Success());
    }

    public static async Task TokenAsync(KubeCluster cluster, KubeRequest request)
    {
        var (ns, name) = (request.Parts.Namespace, request.Parts.Name);
        var body = await Bodies.AnyAsync(request.Http, "TokenRequest");
        var account = cluster.Store.Find("serviceaccounts", ns, name) ?? throw KubeException.NotFound(string.Empty, "serviceaccounts", name);
        var seconds = body.Int("spec.expirationSeconds") ?? 3600;
        if (seconds < 600)
        {
            throw KubeException.Invalid("authentication.k8s.io", "TokenRequest", string.Empty, [Cause.Invalid("spec.expirationSeconds", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture), "may not specify a duration less than 10 minutes")]);
        }

        var bound = body.Obj("spec.boundObjectRef");
        if (bound is not null)
        {
            var storage = bound.Str("kind") == "Secret" ? "secrets" : "pods";
            var target = cluster.Store.Find(storage, ns, bound.Str("name")) ?? throw KubeException.NotFound(string.Empty, storage, bound.Str("name"));
            bound["uid"] = target.Uid;
        }

        var audiences = body.Strings("spec.audiences") is { Count: > 0 } asked ? asked : [ServiceAccountTokens.Issuer];
        var end = cluster.Now.AddSeconds(seconds);
        await Output.JsonAsync(request.Http, 201, new JsonObject
        {
            ["kind"] = "TokenRequest",
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["creationTimestamp"] = KubeTime.Text(cluster.Now) },
            ["spec"] = new JsonObject { ["audiences"] = JsonPaths.Texts(audiences), ["expirationSeconds"] = seconds, ["boundObjectRef"] = bound?.DeepClone() },
            ["status"] = new JsonObject { ["token"] = cluster.Tokens.Issue(account, audiences, cluster.Now, end, bound), ["expirationTimestamp"] = KubeTime.Text(end) },
        });
    }

    public static async Task FinalizeAsync(KubeCluster cluster, KubeRequest request)
    {
        var body = await Bodies.ObjectAsync(request, "Namespace", string.Empty, "v1");
        var changed = cluster.Writer.Update(request.Type, string.Empty, request.Parts.Name, "finalize", old =>
        {
            old.Child("spec")["finalizers"] = body.At("spec.finalizers")?.DeepClone();
            return old;
        }, Resources.Options(request));
        await Output.JsonAsync(request.Http, 200, changed);
    }

    public static JsonObject Success() => new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 };

    private static JsonObject Scale(JsonObject body)
    {
        var metadata = new JsonObject { ["name"] = body.Name(), ["namespace"] = body.Namespace() };
        foreach (var field in new[] { "uid", "resourceVersion", "creationTimestamp" })
        {
            metadata[field] = body["metadata"]![field]?.DeepClone();
        }

        var spec = new JsonObject();
        if (body.Int("spec.replicas") is > 0 and var wanted)
        {
            spec["replicas"] = wanted;
        }

        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = spec,
            ["status"] = new JsonObject { ["replicas"] = body.Int("status.replicas") ?? 0, ["selector"] = LabelSelector.Write(body.At("spec.selector")) },
        };
    }

    private static JsonObject Rescaled(KubeRequest request, string media, string text, JsonObject body)
    {
        var scale = Scale(body);
        if (request.Parts.Verb == "update")
        {
            scale = Bodies.Parse(text, "Scale");
            if (scale.Str("metadata.resourceVersion") is { Length: > 0 } version && version != body.Str("metadata.resourceVersion"))
            {
                throw KubeException.Conflict(request.Type.Group, request.Type.Plural, request.Parts.Name, "the object has been modified; please apply your changes to the latest version and try again");
            }
        }
        else if (media == "application/json-patch+json")
        {
            scale = Patches.Json(scale, JsonNode.Parse(text)!.AsArray());
        }
        else
        {
            Patches.Merge(scale, Yaml.Parse(text) ?? []);
        }

        var replicas = scale.Int("spec.replicas") ?? 0;
        if (replicas < 0)
        {
            throw KubeException.Invalid("autoscaling", "Scale", request.Parts.Name, [Cause.Invalid("spec.replicas", replicas.ToString(System.Globalization.CultureInfo.InvariantCulture), "must be greater than or equal to 0")]);
        }

        body.Child("spec")["replicas"] = replicas;
        return body;
    }
}
