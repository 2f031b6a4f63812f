using System.Globalization;
using System.Text;

namespace Portal.Core.Logs.Containers;

/// <summary>Reads lines of a stream whose lines may have any length; longer ones are cut, not kept.</summary>
internal sealed class LineReader(Stream stream)
{
    /// <summary>The longest line that is kept, in bytes.</summary>
    public const int Longest = 16_000;

    private readonly byte[] buffer = new byte[16 * 1024];
    private readonly byte[] line = new byte[Longest];
    private int at;
    private int end;

    /// <summary>Gives the next line without its end, or null at the end of the stream.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        var any = false;
        while (true)
        {
            if (at == end)
            {
                (at, end) = (0, await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
                if (end == 0)
                {
                    return any ? Encoding.UTF8.GetString(line, 0, length) : null;
                }
            }

            any = true;
            var newline = buffer.AsSpan(at, end - at).IndexOf((byte)'\n');
            var part = newline < 0 ? end - at : newline;
            var kept = Math.Min(part, Longest - length);
            buffer.AsSpan(at, kept).CopyTo(line.AsSpan(length));
            length += kept;
            at += part + (newline < 0 ? 0 : 1);
            if (newline >= 0)
            {
                return Encoding.UTF8.GetString(line, 0, length).TrimEnd('\r');
            }
        }
    }

    /// <summary>Takes the time off the beginning of a line (RFC 3339 and a space).</summary>
    public static (DateTimeOffset? At, string Text) Split(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space is > 18 and < 40 && DateTimeOffset.TryParse(line.AsSpan(0, space), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? (at.ToUniversalTime(), line[(space + 1)..]) : (null, line);
    }
}
