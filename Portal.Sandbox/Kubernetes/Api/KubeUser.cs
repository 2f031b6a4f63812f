using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Who asks.</summary>
internal sealed record KubeUser(string Name, IReadOnlyList<string> Groups, string Uid = "")
{
    public static KubeUser Anonymous { get; } = new("system:anonymous", ["system:unauthenticated"]);

    /// <summary>Gets a controller of the cluster itself.</summary>
    public static KubeUser System { get; } = new("system:kube-controller-manager", ["system:masters", "system:authenticated"]);

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public JsonObject ToJson()
    {
        var user = new JsonObject { ["username"] = Name };
        if (Uid.Length > 0)
        {
            user["uid"] = Uid;
        }

        user["groups"] = JsonPaths.Texts(Groups);
        if (Extra.Count > 0)
        {
            user["extra"] = new JsonObject(Extra.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)JsonPaths.Texts(e.Value))));
        }

        return user;
    }
}
