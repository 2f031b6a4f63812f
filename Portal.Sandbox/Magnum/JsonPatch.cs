using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Magnum;

/// <summary>A JSON patch as Magnum takes it: values are texts or numbers, whole maps are given as text.</summary>
internal static class JsonPatch
{
    private static readonly string[] Operations = ["replace", "add", "remove"];
    private static readonly string[] Internal = ["/created_at", "/id", "/links", "/updated_at", "/uuid", "/project_id", "/user_id"];

    /// <summary>Applies a patch to a copy of what is shown; gives the names of what it touched.</summary>
    public static (JsonObject Patched, IReadOnlyList<string> Touched) Apply(JsonNode? body, JsonObject shown, IReadOnlyCollection<string> mandatory)
    {
        if (body is not JsonArray operations)
        {
            throw new MagnumException(400, "Request is not in valid JSON format");
        }

        foreach (var operation in operations)
        {
            Check(operation as JsonObject, mandatory);
        }

        var patched = (JsonObject)shown.DeepClone();
        var touched = new List<string>();
        foreach (var operation in operations)
        {
            One(operations, patched, (JsonObject)operation!);
            touched.Add(((JsonObject)operation!)["path"]!.GetValue<string>().Split('/')[1]);
        }

        return (patched, [.. touched.Distinct()]);
    }

    private static void Check(JsonObject? operation, IReadOnlyCollection<string> mandatory)
    {
        if (operation?["path"]?.GetValueKind() != JsonValueKind.String)
        {
            throw MagnumException.Missing("path");
        }

        var name = operation["op"] is null ? throw MagnumException.Missing("op") : PythonText.Str(operation["op"]);
        if (!Operations.Contains(name))
        {
            throw MagnumException.Invalid("op", name, "Value should be one of: replace, add, remove");
        }

        var value = operation["value"];
        if (value is JsonObject or JsonArray)
        {
            throw MagnumException.Invalid("value", PythonText.Str(value), $"Wrong type. Expected '(<class 'str'>, <class 'int'>)', got '<class '{PythonText.TypeOf(value)}'>'");
        }

        var path = operation["path"]!.GetValue<string>();
        if (Internal.Contains(path))
        {
            throw new MagnumException(400, $"'{path}' is an internal attribute and can not be updated");
        }

        if (mandatory.Contains(path) && name == "remove")
        {
            throw new MagnumException(400, $"'{path}' is a mandatory attribute and can not be removed");
        }

        if (name != "remove" && !operation.ContainsKey("value"))
        {
            throw new MagnumException(400, "'add' and 'replace' operations needs value");
        }
    }

    private static void One(JsonArray all, JsonObject target, JsonObject operation)
    {
        var segments = operation["path"]!.GetValue<string>().Split('/').Skip(1).ToArray();
        var holder = target;
        foreach (var segment in segments[..^1])
        {
            holder = holder[segment] as JsonObject ?? throw Refuse(all, $"member '{segment}' not found in {PythonText.Repr(holder)}");
        }

        var (name, op) = (segments[^1], operation["op"]!.GetValue<string>());
        if (op != "add" && !holder.ContainsKey(name))
        {
            throw Refuse(all, $"can't {op} a non-existent object '{name}'");
        }

        if (op == "remove")
        {
            holder.Remove(name);
        }
        else
        {
            holder[name] = operation["value"]?.DeepClone();
        }
    }

    private static MagnumException Refuse(JsonArray patch, string why)
    {
        var ordered = new JsonArray([.. patch.Select(o => (JsonNode?)new JsonObject(((JsonObject)o!).OrderBy(p => Array.IndexOf(["path", "op", "value"], p.Key)).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))))]);
        return new MagnumException(400, $"Couldn't apply patch '{PythonText.Repr(ordered)}'. Reason: {why}");
    }
}
