using System.Globalization;
using System.Text;
using Portal.Sandbox.Kubernetes.Programs;

namespace Portal.Sandbox.Kubernetes.Streams;

/// <summary>As much HTTP/1.1 as programs in pods need: one request after the other on one connection.</summary>
internal static class TinyHttp
{
    /// <summary>Reads the next request, or gives null at the end of the connection.</summary>
    public static async Task<PodQuestion?> ReadAsync(Stream input, CancellationToken cancellationToken)
    {
        if (await LineAsync(input, cancellationToken) is not { Length: > 0 } first || first.Split(' ') is not [var method, var target, _])
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await LineAsync(input, cancellationToken) is { Length: > 0 } line)
        {
            var pair = line.Split(':', 2);
            headers[pair[0].Trim()] = pair.Length > 1 ? pair[1].Trim() : string.Empty;
        }

        var body = headers.GetValueOrDefault("Transfer-Encoding")?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true
            ? await ChunksAsync(input, cancellationToken)
            : await ExactlyAsync(input, int.TryParse(headers.GetValueOrDefault("Content-Length"), CultureInfo.InvariantCulture, out var length) ? length : 0, cancellationToken);
        var path = Uri.TryCreate(target, UriKind.Absolute, out var absolute) && absolute.Scheme.StartsWith("http", StringComparison.Ordinal) ? absolute.PathAndQuery : target;
        var parts = path.Split('?', 2);
        return new PodQuestion(method, parts[0], parts.Length > 1 ? parts[1] : string.Empty, headers, body);
    }

    public static byte[] Write(PodAnswer answer, bool headOnly)
    {
        var head = $"HTTP/1.1 {answer.Status} {Reason(answer.Status)}\r\nContent-Type: {answer.ContentType}\r\nContent-Length: {answer.Body.Length}\r\n{string.Concat(answer.Headers.Select(h => $"{h.Key}: {h.Value}\r\n"))}\r\n";
        return headOnly ? Encoding.ASCII.GetBytes(head) : [.. Encoding.ASCII.GetBytes(head), .. answer.Body];
    }

    private static string Reason(int status) => status switch { 200 => "OK", 404 => "Not Found", 400 => "Bad Request", 401 => "Unauthorized", 403 => "Forbidden", 409 => "Conflict", 503 => "Service Unavailable", 405 => "Method Not Allowed", 302 => "Found", _ => "Status" };

    private static async Task<string?> LineAsync(Stream input, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await input.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }

    private static async Task<byte[]> ExactlyAsync(Stream input, int length, CancellationToken cancellationToken)
    {
        var body = new byte[length];
        await input.ReadExactlyAsync(body, cancellationToken);
        return body;
    }

    private static async Task<byte[]> ChunksAsync(Stream input, CancellationToken cancellationToken)
    {
        var body = new List<byte>();
        while (await LineAsync(input, cancellationToken) is { } size && int.TryParse(size.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var length))
        {
            body.AddRange(await ExactlyAsync(input, length, cancellationToken));
            await LineAsync(input, cancellationToken);
            if (length == 0)
            {
                break;
            }
        }

        return [.. body];
    }
}
