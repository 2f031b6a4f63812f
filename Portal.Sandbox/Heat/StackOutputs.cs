using System.Text.Json.Nodes;

namespace Portal.Sandbox.Heat;

/// <summary>The outputs of a cluster's stack; Magnum takes addresses from them.</summary>
internal static class StackOutputs
{
    public static JsonArray List(StackEngine engine, Stack stack, bool values)
    {
        if (stack.ParentId is not null)
        {
            return [];
        }

        var masters = Nodes(engine, stack, true);
        var minions = Nodes(engine, stack, false);
        return
        [
            Output("kube_minions_private", "This is a list of the \"private\" IP addresses of all the Kubernetes minions.\n", Texts(minions.Select(n => n.Address)), values),
            Output("registry_address", "This is the url of docker registry server where you can store docker images.", "localhost:5000", values),
            Output("kube_masters_private", "This is a list of the \"private\" IP addresses of all the Kubernetes masters.\n", Texts(masters.Select(n => n.Address)), values),
            Output("api_address", "This is the API endpoint of the Kubernetes cluster. Use this to access the Kubernetes API.\n", stack.ApiHost ?? ApiAddress(masters), values),
            Output("kube_masters", "This is a list of the \"public\" IP addresses of all the Kubernetes masters. Use these IP addresses to log in to the Kubernetes masters via ssh.\n", Texts(masters.Select(n => n.FloatingAddress)), values),
            Output("kube_minions", "This is a list of the \"public\" IP addresses of all the Kubernetes minions. Use these IP addresses to log in to the Kubernetes minions via ssh.", Texts(minions.Select(n => n.FloatingAddress)), values),
        ];
    }

    /// <summary>Gives the nodes whose servers are up, in the order of their indexes.</summary>
    public static List<NodeShape> Nodes(StackEngine engine, Stack root, bool masters) =>
        [.. engine.Members(root, masters).Where(m => m.Resources.Exists(r => r.Type == "OS::Nova::Server" && r.IsDone)).Select(m => m.Node!)];

    public static string? ApiAddress(IReadOnlyList<NodeShape> masters) => masters is [var first, ..] ? first.FloatingAddress ?? first.Address : null;

    private static JsonObject Output(string key, string description, JsonNode? value, bool withValue)
    {
        var output = new JsonObject { ["output_key"] = key, ["description"] = description };
        if (withValue)
        {
            output["output_value"] = value;
        }

        return output;
    }

    private static JsonArray Texts(IEnumerable<string?> values) => new([.. values.Select(v => (JsonNode?)v)]);
}
