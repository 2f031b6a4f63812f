using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Monitoring.Looks;
using Portal.Shared;

namespace Portal.Monitoring.Looks;

/// <summary>Words for what was in a range.</summary>
public static class LookWords
{
    /// <summary>Says why a cluster's part is missing.</summary>
    public static string Problem(LookProblem problem) => Sentence.With(
        problem.Failure.Failure switch
        {
            BackendFailure.NotFound => LookText.NotInitialised,
            BackendFailure.Forbidden or BackendFailure.SignInAgain => LookText.Refused,
            _ => LookText.Silent,
        },
        ("cluster", problem.ClusterName));

    /// <summary>Gives how bad a line is as shape, colour and word; null for a calm one.</summary>
    public static StateWord? Of(LookSeverity severity) => severity switch
    {
        LookSeverity.Error => new(StateKind.Fail, LookText.Error),
        LookSeverity.Warning => new(StateKind.Warn, LookText.Warning),
        _ => null,
    };

    /// <summary>Says what a delivery changed: <c>shop/api:1.4 → shop/api:1.5</c>.</summary>
    public static string Changed(LookDelivery delivery) => delivery switch
    {
        { IsFirst: true } => Sentence.With(LookText.First, ("images", string.Join(", ", delivery.Images.Select(i => Short(i.After))))),
        { Images: [] } => LookText.SameImages,
        _ => string.Join(", ", delivery.Images.Select(i => i.Before is { } before ? $"{Short(before)} → {Tag(before, i.After)}" : Short(i.After))),
    };

    /// <summary>Gives a count, "10 000+" where the counting ended.</summary>
    public static string Count(long total, bool isLower) => total.ToString("N0", CultureInfo.CurrentCulture) + (isLower ? "+" : "");

    // The registry is the same for all, and a digest is long.
    private static string Short(string image)
    {
        var name = image.Split('/')[^1];
        return name.IndexOf("@sha256:", StringComparison.Ordinal) is var at and >= 0 && name.Length > at + 15 ? name[..(at + 15)] + "…" : name;
    }

    // Of the same repository the tag is enough.
    private static string Tag(string before, string after)
    {
        var (old, now) = (Short(before), Short(after));
        return now.LastIndexOf(':') is var at and > 0 && old.StartsWith(now[..(at + 1)], StringComparison.Ordinal) && !now.Contains('@', StringComparison.Ordinal) ? now[(at + 1)..] : now;
    }
}
