using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Kinds;

/// <summary>What the server fills into a pod or a pod template.</summary>
internal static class PodDefaults
{
    public static void Template(JsonObject? template)
    {
        if (template is null)
        {
            return;
        }

        Stamp(template.Child("metadata"));
        Spec(template.Child("spec"));
    }

    public static void Stamp(JsonObject metadata)
    {
        if (!metadata.ContainsKey("creationTimestamp"))
        {
            metadata["creationTimestamp"] = null;
        }
    }

    public static void Spec(JsonObject spec)
    {
        foreach (var volume in spec.Items("volumes"))
        {
            Volume(volume);
        }

        var host = spec.Bool("hostNetwork");
        foreach (var container in spec.Items("initContainers").Concat(spec.Items("containers")).Concat(spec.Items("ephemeralContainers")))
        {
            Container(container, host);
        }

        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("securityContext", new JsonObject());
        spec.Default("schedulerName", "default-scheduler");
        if (spec.Str("serviceAccountName") is { Length: > 0 } account)
        {
            spec.Default("serviceAccount", account);
        }
        else if (spec.Str("serviceAccount") is { Length: > 0 } old)
        {
            spec["serviceAccountName"] = old;
        }
    }

    /// <summary>Fills what only a pod has, and what admission adds.</summary>
    public static void Pod(JsonObject pod, bool mountToken)
    {
        var spec = pod.Child("spec");
        foreach (var container in spec.Items("initContainers").Concat(spec.Items("containers")))
        {
            foreach (var (name, limit) in container.Obj("resources.limits") ?? [])
            {
                container.Child("resources").Child("requests").Default(name, limit?.DeepClone());
            }
        }

        spec.Default("serviceAccountName", "default");
        spec.Default("serviceAccount", spec.Str("serviceAccountName"));
        var tolerations = spec.List("tolerations");
        foreach (var taint in new[] { "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable" })
        {
            if (!tolerations.Any(t => t.Str("key") == taint || (t.Str("key").Length == 0 && t.Str("operator") == "Exists")))
            {
                tolerations.Add(new JsonObject { ["key"] = taint, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 });
            }
        }

        spec.Default("priority", 0);
        spec.Default("enableServiceLinks", true);
        spec.Default("preemptionPolicy", "PreemptLowerPriority");
        if (mountToken)
        {
            MountToken(spec);
        }

        pod["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = Quality(spec) };
    }

    public static string Quality(JsonObject spec)
    {
        var all = spec.Items("initContainers").Concat(spec.Items("containers")).ToList();
        if (!all.Exists(c => c.Obj("resources.requests") is { Count: > 0 } || c.Obj("resources.limits") is { Count: > 0 }))
        {
            return "BestEffort";
        }

        bool Guaranteed(JsonObject c) => new[] { "cpu", "memory" }.All(name =>
            c.At($"resources.limits.{name}") is { } limit && JsonNode.DeepEquals(limit, c.At($"resources.requests.{name}") ?? limit));
        return all.TrueForAll(Guaranteed) ? "Guaranteed" : "Burstable";
    }

    private static void MountToken(JsonObject spec)
    {
        const string Path = "/var/run/secrets/kubernetes.io/serviceaccount";
        var containers = spec.Items("initContainers").Concat(spec.Items("containers")).Where(c => !c.Items("volumeMounts").Any(m => m.Str("mountPath") == Path)).ToList();
        if (containers.Count == 0)
        {
            return;
        }

        var name = "kube-api-access-" + Names.Random(5);
        spec.List("volumes").Add(new JsonObject
        {
            ["name"] = name,
            ["projected"] = new JsonObject
            {
                ["sources"] = new JsonArray(
                    new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = 3607, ["path"] = "token" } },
                    new JsonObject { ["configMap"] = new JsonObject { ["name"] = "kube-root-ca.crt", ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }) } },
                    new JsonObject
                    {
                        ["downwardAPI"] = new JsonObject
                        {
                            ["items"] = new JsonArray(new JsonObject { ["path"] = "namespace", ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" } }),
                        },
                    }),
                ["defaultMode"] = 420,
            },
        });
        foreach (var container in containers)
        {
            container.List("volumeMounts").Add(new JsonObject { ["name"] = name, ["readOnly"] = true, ["mountPath"] = Path });
        }
    }

    private static void Container(JsonObject container, bool hostNetwork)
    {
        foreach (var port in container.Items("ports"))
        {
            port.Default("protocol", "TCP");
            if (hostNetwork && port["containerPort"] is { } number)
            {
                port.Default("hostPort", number.DeepClone());
            }
        }

        container.Default("resources", new JsonObject());
        Quantity.Normalize(container.Obj("resources.limits"));
        Quantity.Normalize(container.Obj("resources.requests"));
        foreach (var field in container.Items("env").Select(e => e.Obj("valueFrom.fieldRef")).OfType<JsonObject>())
        {
            field.Default("apiVersion", "v1");
        }

        foreach (var probe in new[] { "livenessProbe", "readinessProbe", "startupProbe" }.Select(p => container[p]).OfType<JsonObject>())
        {
            Probe(probe);
        }

        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        var image = container.Str("image");
        var tag = image[(image.LastIndexOf('/') + 1)..];
        container.Default("imagePullPolicy", tag.Contains('@', StringComparison.Ordinal) || (tag.Contains(':', StringComparison.Ordinal) && !tag.EndsWith(":latest", StringComparison.Ordinal)) ? "IfNotPresent" : "Always");
    }

    private static void Probe(JsonObject probe)
    {
        if (probe["httpGet"] is JsonObject http)
        {
            http.Default("path", "/");
            http.Default("scheme", "HTTP");
        }

        probe.Default("timeoutSeconds", 1);
        probe.Default("periodSeconds", 10);
        probe.Default("successThreshold", 1);
        probe.Default("failureThreshold", 3);
    }

    private static void Volume(JsonObject volume)
    {
        if (volume.Count == 1)
        {
            volume["emptyDir"] = new JsonObject();
        }

        foreach (var source in new[] { "configMap", "secret", "projected", "downwardAPI" })
        {
            (volume[source] as JsonObject)?.Default("defaultMode", 420);
        }

        (volume["hostPath"] as JsonObject)?.Default("type", string.Empty);
        foreach (var token in volume.Items("projected.sources").Select(s => s["serviceAccountToken"]).OfType<JsonObject>())
        {
            token.Default("expirationSeconds", 3600);
        }
    }
}
