using System.Globalization;
using System.Text;
using Portal.Core.Mapping.Comparison;
using Portal.Shared;

namespace Portal.Mapping;

/// <summary>Places as a table that a spreadsheet opens: nothing in it is taken for a formula.</summary>
internal static class PlacesCsv
{
    /// <summary>Writes the table, row by row.</summary>
    public static async Task WriteAsync(Stream body, IEnumerable<ComparedPlace> places, CancellationToken cancellationToken)
    {
        // With a byte order mark: without it a spreadsheet does not read Chinese.
        await using var writer = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), 16 * 1024, leaveOpen: true);
        await writer.WriteAsync(Row(MappingText.Project, MappingText.CsvId, MappingText.Domain, MappingText.State, MappingText.HarborPlace, MappingText.CsvUser, MappingText.Differs, MappingText.CsvOutcome, MappingText.CsvRun));
        foreach (var place in places)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await writer.WriteAsync(Row(
                place.ProjectName,
                place.ProjectId,
                place.Domain,
                MappingWords.State(place.State).Word,
                place.HarborProject,
                place.UserName,
                string.Join(" ", place.Differences.Select(Reasons.Tell)),
                Reasons.TellOrNull(place.Outcome),
                place.Run is { } run ? $"{run.At.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)} {run.By}: {MappingWords.Run(run).Word}" : null));
        }
    }

    /// <summary>Gives a cell: quoted, and with an apostrophe before what a spreadsheet would take for a formula.</summary>
    internal static string Cell(string? text)
    {
        var safe = text?.TrimStart(' ') is { Length: > 0 } inner && "=+-@\t\r\n".Contains(inner[0], StringComparison.Ordinal) ? "'" + text : text ?? "";
        return $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Row(params ReadOnlySpan<string?> cells)
    {
        var row = new StringBuilder();
        foreach (var cell in cells)
        {
            row.Append(row.Length == 0 ? "" : ",").Append(Cell(cell));
        }

        return row.Append("\r\n").ToString();
    }
}
