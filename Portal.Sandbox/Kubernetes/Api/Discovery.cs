using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>What a server says about itself: groups, resources, version, health.</summary>
internal static class Discovery
{
    private static readonly Dictionary<string, (string Group, string Version, string Kind)> SubresourceKinds = new(StringComparer.Ordinal)
    {
        ["scale"] = ("autoscaling", "v1", "Scale"),
        ["eviction"] = ("policy", "v1", "Eviction"),
        ["token"] = ("authentication.k8s.io", "v1", "TokenRequest"),
        ["binding"] = (string.Empty, string.Empty, "Binding"),
        ["attach"] = (string.Empty, string.Empty, "PodAttachOptions"),
        ["exec"] = (string.Empty, string.Empty, "PodExecOptions"),
        ["portforward"] = (string.Empty, string.Empty, "PodPortForwardOptions"),
    };

    public static JsonObject Groups(KubeCluster cluster) => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = JsonPaths.Array(cluster.Types.All.Where(t => t.Group.Length > 0).Select(t => t.Group).Distinct().OrderBy(g => g != "apiregistration.k8s.io").Select(g => Group(cluster, g, false))),
    };

    public static JsonObject Group(KubeCluster cluster, string group, bool alone)
    {
        var versions = cluster.Types.All.Where(t => t.Group == group).Select(t => t.Version).Distinct().Select(v => new JsonObject { ["groupVersion"] = $"{group}/{v}", ["version"] = v }).ToList();
        var json = alone ? new JsonObject { ["kind"] = "APIGroup", ["apiVersion"] = "v1" } : [];
        json["name"] = group;
        json["preferredVersion"] = versions[0].DeepClone();
        json["versions"] = JsonPaths.Array(versions);
        return json;
    }

    public static JsonObject Resources(KubeCluster cluster, string group, string version)
    {
        var list = new JsonArray();
        foreach (var type in cluster.Types.All.Where(t => t.Group == group && t.Version == version).OrderBy(t => t.Plural, StringComparer.Ordinal))
        {
            list.Add(Resource(type));
            foreach (var sub in type.Subresources)
            {
                list.Add(Subresource(type, sub));
            }
        }

        var json = new JsonObject { ["kind"] = "APIResourceList" };
        if (group.Length > 0)
        {
            json["apiVersion"] = "v1";
        }

        json["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}";
        json["resources"] = list;
        return json;
    }

    public static JsonObject Openapi3(KubeCluster cluster)
    {
        var paths = new JsonObject();
        var names = new[] { ".well-known/openid-configuration", "api", "api/v1", "apis", "logs", "openid/v1/jwks", "version" }
            .Concat(cluster.Types.All.Where(t => t.Group is not ("" or "metrics.k8s.io" or "apiregistration.k8s.io")).SelectMany(t => t.IsCustom ? [$"apis/{t.ApiVersion}"] : new[] { $"apis/{t.Group}", $"apis/{t.ApiVersion}" })).Distinct();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var hash = Convert.ToHexString(SHA512.HashData(Encoding.UTF8.GetBytes(name + cluster.Version.Plain)));
            paths[name] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{name}?hash={hash}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    private static JsonObject Resource(ResourceType type)
    {
        var json = new JsonObject
        {
            ["name"] = type.Plural,
            ["singularName"] = type.Singular,
            ["namespaced"] = type.Namespaced,
            ["kind"] = type.Kind,
            ["verbs"] = JsonPaths.Texts(type.Verbs),
        };
        if (type.ShortNames.Count > 0)
        {
            json["shortNames"] = JsonPaths.Texts(type.ShortNames);
        }

        if (type.Categories.Count > 0)
        {
            json["categories"] = JsonPaths.Texts(type.Categories);
        }

        if (type.Stored)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{type.Group}/{type.Version}/{type.Kind}"));
            json["storageVersionHash"] = Convert.ToBase64String(hash.AsSpan(0, 8));
        }

        return json;
    }

    private static JsonObject Subresource(ResourceType type, string sub)
    {
        var json = new JsonObject { ["name"] = $"{type.Plural}/{sub}", ["singularName"] = string.Empty, ["namespaced"] = type.Namespaced };
        var (group, version, kind) = sub == "proxy" ? (string.Empty, string.Empty, type.Kind + "ProxyOptions") : SubresourceKinds.GetValueOrDefault(sub, (string.Empty, string.Empty, type.Kind));
        if (group.Length > 0)
        {
            json["group"] = group;
            json["version"] = version;
        }

        json["kind"] = kind;
        json["verbs"] = JsonPaths.Texts(sub switch
        {
            "binding" or "eviction" or "token" => ["create"],
            "attach" or "exec" or "portforward" => ["create", "get"],
            "log" => ["get"],
            "finalize" => ["update"],
            "proxy" => ["create", "delete", "get", "patch", "update"],
            _ => ["get", "patch", "update"],
        });
        return json;
    }
}
