using System.Globalization;
using Portal.Core.Live;
using Portal.Core.Registry;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>Words for images.</summary>
public static class ImageWords
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Gives a size.</summary>
    public static string Size(long bytes)
    {
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < Units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return $"{value.ToString(unit == 0 || value >= 100 ? "0" : "0.0", CultureInfo.CurrentCulture)} {Units[unit]}";
    }

    /// <summary>Gives a digest's beginning.</summary>
    public static string Short(string digest) => digest.StartsWith("sha256:", StringComparison.Ordinal) && digest.Length > 19 ? digest[..19] : digest;

    /// <summary>Gives what people call an artifact: its tags, else its digest's beginning.</summary>
    public static string Name(Artifact artifact) => artifact.Tags.IsEmpty ? Short(artifact.Digest) : string.Join(", ", artifact.Tags.Select(t => t.Name));

    /// <summary>Gives the platforms in one line, or null.</summary>
    public static string? Platforms(Artifact artifact) =>
        artifact.IsIndex ? string.Join(", ", artifact.Parts.Select(p => p.Platform).OfType<string>()) : artifact.Platform;

    /// <summary>Gives the state of an artifact's scan.</summary>
    public static StateWord ScanOf(ScanSummary? scan) => scan switch
    {
        null => new(StateKind.Warn, ImagesText.NotScanned),
        { State: ScanState.Pending } => new(StateKind.Wait, ImagesText.ScanPending),
        { State: ScanState.Running } => new(StateKind.Run, ImagesText.ScanRunning),
        { State: ScanState.Failed } => new(StateKind.Fail, ImagesText.ScanFailed),
        { State: ScanState.Stopped } => new(StateKind.Off, ImagesText.ScanStopped),
        { Total: 0 } => new(StateKind.Ok, ImagesText.ScanClean),
        _ => new(scan.Counts.ContainsKey(Severity.Critical) ? StateKind.Fail : StateKind.Warn, Counts(scan)),
    };

    /// <summary>Gives the word for how bad a finding is.</summary>
    public static StateWord SeverityOf(Severity severity) => new(
        severity switch { Severity.Critical => StateKind.Fail, Severity.High or Severity.Medium => StateKind.Warn, _ => StateKind.Unknown }, Word(severity));

    /// <summary>Gives the word alone.</summary>
    public static string Word(Severity severity) => severity switch
    {
        Severity.Critical => ImagesText.Critical,
        Severity.High => ImagesText.High,
        Severity.Medium => ImagesText.Medium,
        Severity.Low => ImagesText.Low,
        Severity.Negligible => ImagesText.Negligible,
        _ => ImagesText.UnknownSeverity,
    };

    // The two worst say enough in a row of a table.
    private static string Counts(ScanSummary scan) =>
        string.Join(", ", scan.Counts.OrderBy(c => c.Key).Take(2).Select(c => Sentence.With(ImagesText.CountOf, ("count", c.Value), ("severity", Word(c.Key)))));
}
