using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;
using Portal.Shared;

namespace Portal.Monitoring.Charts;

/// <summary>
/// What a chart fetches: the length of a JSON head (4 bytes, little-endian), the head padded with spaces to a multiple of 4, then the
/// values of each line as 32-bit floats, line after line, NaN for gaps. Times are the head's grid: a 32-bit float cannot hold them.
/// </summary>
internal static class ChartWire
{
    /// <summary>The media type.</summary>
    public const string ContentType = "application/vnd.container-platform.chart";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Writes it.</summary>
    /// <param name="points">What is shown.</param>
    /// <param name="clusterNames">Names by id; they stand before the lines' names where there are several.</param>
    /// <param name="nameOf">A line's name.</param>
    public static byte[] Write(PanelPoints points, IReadOnlyDictionary<string, string> clusterNames, Func<PanelLine, string> nameOf)
    {
        string Named(PanelLine line) => clusterNames.Count > 1 && clusterNames.TryGetValue(line.ClusterId, out var cluster) ? $"{cluster} · {nameOf(line)}" : nameOf(line);
        var head = JsonSerializer.SerializeToUtf8Bytes(
            new Head(
                points.Window.Start,
                points.Window.Step,
                points.Window.Count,
                [.. points.Lines.Select(l => Of(Named(l), l.Values) with { IsRest = l.Of > 1 })],
                [.. points.Problems.Select(p => Of(p, clusterNames.GetValueOrDefault(p.ClusterId, p.ClusterId)))],
                points.Warnings,
                points.LeftOut),
            Json);
        var padded = (head.Length + 3) / 4 * 4;
        var bytes = new byte[4 + padded + (4 * points.Window.Count * points.Lines.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, padded);
        bytes.AsSpan(4, padded).Fill((byte)' ');
        head.CopyTo(bytes.AsSpan(4));
        var floats = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(4 + padded));
        for (var line = 0; line < points.Lines.Length; line++)
        {
            var values = points.Lines[line].Values;
            for (var at = 0; at < values.Length; at++)
            {
                floats[(line * points.Window.Count) + at] = (float)values[at];
            }
        }

        return bytes;
    }

    private static Problem Of(PanelProblem problem, string cluster) => new(
        cluster,
        problem.Trouble.ToString(),
        StateWord.ColourOf(ChartWords.KindOf(problem.Trouble)),
        ChartWords.Problem(problem.Trouble, cluster),
        problem.Trouble is MetricTrouble.Refused or MetricTrouble.TooMuch ? (problem.Failure as BackendException)?.Answer : null);

    // Of what can be drawn; the last is the last of the line, wherever it ended.
    private static Line Of(string name, double[] values)
    {
        var (min, max, sum, count, last) = (double.PositiveInfinity, double.NegativeInfinity, 0.0, 0, double.NaN);
        var hasInfinite = false;
        foreach (var value in values)
        {
            hasInfinite |= double.IsInfinity(value);
            if (double.IsFinite(value))
            {
                (min, max, sum, last) = (Math.Min(min, value), Math.Max(max, value), sum + value, value);
                count++;
            }
        }

        return count == 0 ? new(name, null, null, null, null, hasInfinite) : new(name, min, max, sum / count, last, hasInfinite);
    }

    private sealed record Head(long Start, int Step, int Count, IReadOnlyList<Line> Lines, IReadOnlyList<Problem> Problems, IReadOnlyList<string> Warnings, int LeftOut);

    private sealed record Line(string Name, double? Min, double? Max, double? Avg, double? Last, bool HasInfinite)
    {
        // Stands for all lines beyond the seventh, with a name of its own making.
        public bool IsRest { get; init; }
    }

    private sealed record Problem(string Cluster, string Trouble, string Colour, string Text, string? Raw);
}
