namespace Portal.Sandbox.Magnum;

/// <summary>A refusal in Magnum's words.</summary>
internal sealed class MagnumException(int status, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    public static MagnumException Invalid(string field, string value, string why) =>
        new(400, $"Invalid input for field/attribute {field}. Value: '{value}'. {why}");

    public static MagnumException Missing(string field) => Invalid(field, "None", "Mandatory field missing.");

    public static MagnumException NotFound(string kind, string id, int status = 404) => new(status, $"{kind} {id} could not be found.");

    public static MagnumException Policy(string rule) => new(403, $"Policy doesn't allow {rule} to be performed.");

    public static MagnumException NotAuthorized() => new(403, "Not authorized.");
}

/// <summary>An answer of Pecan's own: a path, method or version that no controller has. The words are empty.</summary>
internal sealed class RoutingException(int status, string? allow = null) : Exception
{
    public int Status { get; } = status;

    public string? Allow { get; } = allow;
}
