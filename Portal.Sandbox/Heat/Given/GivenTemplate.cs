using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;

namespace Portal.Sandbox.Heat.Given;

/// <summary>
/// A HOT template that somebody gave: its resources, conditions and functions, as far as instances on networks with volumes need them
/// (get_param, get_resource, get_attr, get_file, if, list_join, str_replace; equals, not, and, or).
/// </summary>
internal sealed class GivenTemplate(Stack stack, string address)
{
    private readonly JsonObject template = Yaml.Parse(stack.Given!.Template) ?? [];

    public string Description => template["description"]?.ToString() ?? "";

    public JsonObject Parameters => template["parameters"] as JsonObject ?? [];

    private JsonObject Resources => template["resources"] as JsonObject ?? [];

    /// <summary>Makes the resources whose condition holds, each with what waits for it.</summary>
    public List<StackResource> Make()
    {
        var live = Resources.Where(r => Holds(r.Value!["condition"])).ToList();
        var made = live.ConvertAll(r => Blueprint.Of(r.Key, r.Value!["type"]!.ToString(), Seconds(r.Key, r.Value["type"]!.ToString())));
        foreach (var (name, body) in live)
        {
            var needs = new HashSet<string>(StringComparer.Ordinal);
            Collect(body!["properties"], needs);
            Add(body["depends_on"], needs);
            foreach (var need in needs)
            {
                made.Find(m => m.Name == need)?.RequiredBy.Add(name);
            }
        }

        return made;
    }

    /// <summary>Gives a property of a resource, worked out now.</summary>
    public JsonNode? Property(string resource, string property) => Value(Resources[resource]?["properties"]?[property]);

    public JsonArray Outputs(bool values) => new([.. (template["outputs"] as JsonObject ?? []).Where(o => Holds(o.Value!["condition"])).Select(o =>
    {
        var output = new JsonObject { ["output_key"] = o.Key, ["description"] = o.Value!["description"]?.ToString() ?? "No description given" };
        if (values)
        {
            output["output_value"] = Value(o.Value["value"]);
        }

        return (JsonNode?)output;
    })]);

    private double Seconds(string name, string type) => type switch
    {
        "OS::Nova::Server" => 35,
        "OS::Heat::WaitCondition" => double.TryParse(Text(Property(name, "timeout")), CultureInfo.InvariantCulture, out var timeout) ? timeout : 3600,
        "OS::Octavia::LoadBalancer" => 65,
        "OS::Cinder::Volume" or "OS::Neutron::Router" => 6,
        _ => 2,
    };

    private JsonNode? Value(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } call when Call(call.First().Key, call.First().Value) is (true, var result) => result,
        JsonObject map => new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, Value(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Value)]),
        _ => node?.DeepClone(),
    };

    private (bool IsFunction, JsonNode? Result) Call(string name, JsonNode? argument) => name switch
    {
        "get_param" => (true, Parameter(argument!.ToString())),
        "get_resource" => (true, stack.Find(argument!.ToString())?.PhysicalId ?? ""),
        "get_attr" => (true, Attribute([.. argument!.AsArray().Select(a => a!.ToString())])),
        "get_file" => (true, stack.Given!.Files.GetValueOrDefault(argument!.ToString())),
        "if" => (true, Value(Holds(argument![0]) ? argument[1] : argument[2])),
        "list_join" => (true, string.Join(argument![0]!.ToString(), ((JsonArray)Value(argument[1])!).Select(Text))),
        "str_replace" => (true, Replaced(argument!)),
        _ => (false, null),
    };

    private string Replaced(JsonNode argument)
    {
        var text = Text(Value(argument["template"]));
        foreach (var (name, value) in ((JsonObject)argument["params"]!).OrderByDescending(p => p.Key.Length))
        {
            text = text.Replace(name, Text(Value(value)), StringComparison.Ordinal);
        }

        return text;
    }

    private JsonNode? Parameter(string name) => name switch
    {
        "OS::stack_name" => stack.Name,
        "OS::stack_id" => stack.Id,
        "OS::project_id" => stack.ProjectId,
        _ => stack.Parameters.GetValueOrDefault(name) ?? "",
    };

    private JsonNode? Attribute(string[] path)
    {
        var (name, attribute) = (path[0], path[1]);
        return attribute switch
        {
            "curl_cli" => $"curl -i -X POST -H 'X-Auth-Token: {stack.Given!.Token}' -H 'Content-Type: application/json' -H 'Accept: application/json' {address}/v1/{stack.ProjectId}/stacks/{stack.Name}/{stack.Id}/resources/{name}/signal",
            "data" => JsonSerializer.Serialize(stack.Given!.Signals.Where(s => s.Handle == HandleOf(name)).ToDictionary(s => s.Id, s => s.Data)),
            "fixed_ips" or "vip_address" => "10.77.0.12",
            "floating_ip_address" => "172.24.4.77",
            _ => "",
        };
    }

    /// <summary>Gives the handle that a wait looks at.</summary>
    public string HandleOf(string condition) => Resources[condition]?["properties"]?["handle"]?["get_resource"]?.ToString() ?? "";

    private bool Holds(JsonNode? condition) => condition switch
    {
        null => true,
        JsonObject { Count: 1 } call => (call.First().Key, call.First().Value) switch
        {
            ("equals", { } both) => Text(Value(both[0])) == Text(Value(both[1])),
            ("not", var inner) => !Holds(inner),
            ("and", { } all) => all.AsArray().All(Holds),
            ("or", { } any) => any.AsArray().Any(Holds),
            _ => false,
        },
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => Holds(template["conditions"]?[condition.ToString()]),
    };

    private void Collect(JsonNode? node, HashSet<string> needs)
    {
        switch (node)
        {
            case JsonObject { Count: 1 } call when call.First().Key is "get_resource" or "get_attr" or "if":
                var (name, argument) = call.First();
                if (name == "if")
                {
                    Collect(Holds(argument![0]) ? argument[1] : argument[2], needs);
                    return;
                }

                needs.Add(name == "get_resource" ? argument!.ToString() : argument![0]!.ToString());
                return;
            case JsonObject map:
                map.ToList().ForEach(m => Collect(m.Value, needs));
                return;
            case JsonArray list:
                list.ToList().ForEach(item => Collect(item, needs));
                return;
        }
    }

    private static void Add(JsonNode? dependsOn, HashSet<string> needs) => needs.UnionWith(dependsOn is JsonArray list ? list.Select(d => d!.ToString()) : dependsOn is null ? [] : [dependsOn.ToString()]);

    private static string Text(JsonNode? value) => value switch { null => "", JsonValue single => single.ToString(), _ => value.ToJsonString() };
}
