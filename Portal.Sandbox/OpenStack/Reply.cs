using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.OpenStack;

/// <summary>Writes answers with exactly the headers that the services give.</summary>
internal static class Reply
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task JsonAsync(HttpContext http, int status, JsonNode body) =>
        TextAsync(http, status, "application/json", body.ToJsonString(Plain));

    public static async Task TextAsync(HttpContext http, int status, string contentType, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }
    }

    /// <summary>Answers without a body.</summary>
    public static Task EmptyAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
        {
            http.Response.ContentLength = 0;
        }

        return Task.CompletedTask;
    }
}
