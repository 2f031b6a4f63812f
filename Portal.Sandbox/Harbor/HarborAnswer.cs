using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>What a route answers.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON, or null for an empty body.</param>
internal sealed record HarborAnswer(int Status, JsonNode? Body = null)
{
    /// <summary>Gets a body that is not JSON (or JSON byte for byte), with its type.</summary>
    public (string Type, byte[] Bytes)? Raw { get; init; }

    /// <summary>Gets the Content-Type of <see cref="Body"/>.</summary>
    public string ContentType { get; init; } = "application/json";

    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public static HarborAnswer Ok(JsonNode? body = null) => new(200, body);

    public static HarborAnswer Created(string location, JsonNode? body = null) => new(201, body) { Headers = { ["Location"] = location } };

    public static HarborAnswer Text(string text, string type) => new(200) { Raw = (type, System.Text.Encoding.UTF8.GetBytes(text)) };

    /// <summary>Writes a time as Go's go-openapi does.</summary>
    public static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time that means never.</summary>
    public const string Never = "0001-01-01T00:00:00.000Z";
}

/// <summary>Every error of the API: a status, a code and a message.</summary>
internal sealed class HarborException(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public static HarborException BadRequest(string message) => new(400, "BAD_REQUEST", message);

    public static HarborException Unauthorized() => new(401, "UNAUTHORIZED", "unauthorized");

    public static HarborException Forbidden(string message) => new(403, "FORBIDDEN", message);

    public static HarborException NotFound(string message) => new(404, "NOT_FOUND", message);

    public static HarborException Conflict(string message) => new(409, "CONFLICT", message);

    public static HarborException Precondition(string message) => new(412, "PRECONDITION", message);

    public static HarborException Unprocessable(string message) => new(422, "UNPROCESSABLE_ENTITY", "validation failure list:\n" + message);

    public HarborAnswer ToAnswer() => new(Status, new JsonObject
    {
        ["errors"] = new JsonArray(new JsonObject { ["code"] = Code, ["message"] = Message }),
    })
    {
        ContentType = "application/json; charset=utf-8",
        Headers = Headers,
    };
}
