using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>A refusal with the <c>Status</c> object that an API server answers with.</summary>
internal sealed class KubeException(int code, string? reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code => code;

    /// <summary>Gets the seconds for the Retry-After header, or null.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Gets the continue token of an expired list, or null.</summary>
    public string? Continue { get; init; }

    public JsonObject Status()
    {
        var metadata = new JsonObject();
        if (Continue is not null)
        {
            metadata["continue"] = Continue;
        }

        var status = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = metadata, ["status"] = "Failure", ["message"] = Message };
        if (reason is not null)
        {
            status["reason"] = reason;
        }

        if (details is not null)
        {
            status["details"] = details.DeepClone();
        }

        status["code"] = code;
        return status;
    }

    public static KubeException BadRequest(string message) => new(400, "BadRequest", message);

    public static KubeException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static KubeException NoResource() => new(404, "NotFound", "the server could not find the requested resource", []);

    public static KubeException MethodNotAllowed() => new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static KubeException NotFound(string group, string resource, string name) =>
        new(404, "NotFound", $"{Qualified(group, resource)} \"{name}\" not found", Details(group, resource, name));

    public static KubeException AlreadyExists(string group, string resource, string name) =>
        new(409, "AlreadyExists", $"{Qualified(group, resource)} \"{name}\" already exists", Details(group, resource, name));

    public static KubeException Conflict(string group, string resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {Qualified(group, resource)} \"{name}\": {why}", Details(group, resource, name));

    public static KubeException Forbidden(string group, string resource, string name, string why, JsonArray? causes = null)
    {
        var details = Details(group, resource, name);
        if (causes is not null)
        {
            details["causes"] = causes;
        }

        return new(403, "Forbidden", $"{Qualified(group, resource)}{(name.Length == 0 ? string.Empty : $" \"{name}\"")} is forbidden: {why}", details);
    }

    public static KubeException Invalid(string group, string kind, string name, IReadOnlyList<Cause> causes)
    {
        var details = Details(group, kind, name);
        details["causes"] = new JsonArray([.. causes.Select(c => (JsonNode)c.ToJson())]);
        var texts = causes.Select(c => $"{c.Field}: {c.Message}").ToList();
        var text = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        return new(422, "Invalid", $"{(group.Length == 0 ? kind : $"{kind}.{group}")} \"{name}\" is invalid: {text}", details);
    }

    public static JsonObject Details(string group, string kind, string name)
    {
        var details = new JsonObject();
        if (name.Length > 0)
        {
            details["name"] = name;
        }

        if (group.Length > 0)
        {
            details["group"] = group;
        }

        details["kind"] = kind;
        return details;
    }

    private static string Qualified(string group, string resource) => group.Length == 0 ? resource : $"{resource}.{group}";
}

/// <summary>One thing wrong with an object.</summary>
internal sealed record Cause(string Reason, string Message, string Field)
{
    public static Cause Invalid(string field, string value, string why) => new("FieldValueInvalid", $"Invalid value: {value}: {why}", field);

    public static Cause Required(string field, string? why = null) => new("FieldValueRequired", why is null ? "Required value" : $"Required value: {why}", field);

    public static Cause Unsupported(string field, string value, params string[] supported) =>
        new("FieldValueNotSupported", $"Unsupported value: \"{value}\": supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}", field);

    public JsonObject ToJson() => new() { ["reason"] = Reason, ["message"] = Message, ["field"] = Field };
}
