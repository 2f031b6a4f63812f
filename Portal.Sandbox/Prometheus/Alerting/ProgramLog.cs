using System.Globalization;

namespace Portal.Sandbox.Prometheus.Alerting;

/// <summary>The last lines that a program wrote.</summary>
internal sealed class ProgramLog
{
    private const int Most = 500;
    private readonly Queue<(DateTimeOffset Time, string Text)> lines = new();

    /// <summary>Gets them, the oldest first.</summary>
    public IReadOnlyList<(DateTimeOffset Time, string Text)> Lines
    {
        get
        {
            lock (lines)
            {
                return [.. lines];
            }
        }
    }

    /// <summary>Writes one, as Go's structured log has it.</summary>
    public void Write(DateTimeOffset now, string level, string text)
    {
        lock (lines)
        {
            lines.Enqueue((now, $"time={now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} level={level} {text}"));
            if (lines.Count > Most)
            {
                lines.Dequeue();
            }
        }
    }
}
