using System.Net;
using System.Text.Json;

namespace Portal.Core.Backends;

/// <summary>A good answer of a JSON backend.</summary>
public sealed class BackendAnswer
{
    private readonly BackendCall call;
    private readonly byte[] body;
    private readonly Dictionary<string, string> headers;

    internal BackendAnswer(BackendCall call, HttpStatusCode status, byte[] body, Dictionary<string, string> headers, string? requestId)
    {
        this.call = call;
        this.body = body;
        this.headers = headers;
        Status = status;
        RequestId = requestId;
    }

    /// <summary>Gets the status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Gets the backend's request id, or null.</summary>
    public string? RequestId { get; }

    /// <summary>Gets a header's value, or null; several are joined by a comma.</summary>
    public string? Header(string name) => headers.GetValueOrDefault(name);

    /// <summary>Reads the JSON body.</summary>
    /// <exception cref="BackendException">Empty, not JSON, or not of this shape (<see cref="BackendFailure.Unexpected"/>).</exception>
    public T Read<T>()
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, BackendJson.Options) ?? throw Unexpected(null);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw Unexpected(e);
        }
    }

    // The serializer's message names a path and a type, the body itself is not in it.
    private BackendException Unexpected(Exception? inner) =>
        new(call.Backend, call.Operation, BackendFailure.Unexpected, body.Length == 0 ? "empty answer" : "the answer is not what was expected", Status, RequestId, inner);
}

/// <summary>The one way in which JSON of OpenStack-like backends is read and written.</summary>
public static class BackendJson
{
    /// <summary>Gets the options: snake case, unknown members ignored, nulls not sent.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowReadingFromString,
    };
}
