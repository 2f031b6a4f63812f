using System.Globalization;
using Portal.Core.Provisioning;

namespace Portal.Shared;

/// <summary>Makes sentences of reasons: a text per code (ReasonText.resx); an unknown code gives a plain sentence with the code.</summary>
public static class Reasons
{
    private const string Why = "cluster.why.";
    private const string Do = "cluster.do.";
    private const string Addon = "addon.";

    /// <summary>Gives the sentence.</summary>
    public static string Tell(Reason reason) => $"{Fill(Find(reason.Code), reason)} {Since(reason)}".TrimEnd();

    /// <summary>Gives the sentence, or null for none.</summary>
    public static string? TellOrNull(Reason? reason) => reason is null ? null : Tell(reason);

    /// <summary>Gives what is to be done and by whom, for a reason that says why a cluster failed or waits or a workload is not ready; null for any other.</summary>
    public static string? ActionOf(Reason? reason)
    {
        if (reason?.Code.StartsWith(Addon, StringComparison.Ordinal) == true && Find(Addon + "do." + reason.Code[Addon.Length..]) is { } addon)
        {
            return Fill(addon, reason);
        }

        if (reason?.Code.StartsWith(Why, StringComparison.Ordinal) != true)
        {
            return null;
        }

        // A sentence with more in it (quota-full, delete-blocked-port-named) has the action of the plain one.
        var id = reason.Code[Why.Length..];
        var text = Find(Do + id) ?? (id.LastIndexOf('-') is > 0 and var end ? Find(Do + id[..end]) : null);
        return text is null ? null : Fill(text, reason);
    }

    /// <summary>Gets whether the code has a text.</summary>
    public static bool Knows(string code) => Find(code) is not null;

    private static string? Find(string code) => ReasonText.ResourceManager.GetString(code, CultureInfo.CurrentUICulture);

    // Since when, for reasons that know it: in UTC, because the sentence is kept and sent as it is.
    private static string? Since(Reason reason) =>
        DateTimeOffset.TryParse(reason.Arguments.GetValueOrDefault("since"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at)
            ? Sentence.With(Find("reason.since") ?? "", ("since", at.UtcDateTime.ToString("d MMM, HH:mm 'UTC'", CultureInfo.CurrentCulture))) : null;

    private static string Fill(string? text, Reason reason)
    {
        text ??= Sentence.With(SharedText.UnknownReason, ("code", reason.Code));
        return Sentence.With(text, [.. reason.Arguments.Select(a => (a.Key, (object?)Shown(a.Value)))]);
    }

    // A backend's own noun (floatingip) has a word of its own.
    private static string Shown(string value) => Find("value." + value) ?? Find("value." + value.Replace(' ', '-')) ?? value;
}
