using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Portal.Core.Clusters;

namespace Portal.Core.Monitoring.Receivers;

/// <summary>What the portal finds wrong with a receiver before Alertmanager sees it.</summary>
internal static partial class ReceiverCheck
{
    private const int Longest = 2000;
    private const int MostAddresses = 20;

    /// <summary>Gives what is to be corrected.</summary>
    /// <param name="draft">What somebody wants.</param>
    /// <param name="before">The one of this name that is there, or null.</param>
    /// <param name="others">The others of the cluster.</param>
    /// <param name="urlOf">Gives the address of one that is there.</param>
    public static ImmutableArray<FieldError> Errors(ReceiverDraft draft, KeptReceiver? before, IEnumerable<KeptReceiver> others, Func<KeptReceiver, string?> urlOf)
    {
        var errors = ImmutableArray.CreateBuilder<FieldError>();
        errors.AddRange(Alone(draft));
        if (draft.IsNew && before is not null)
        {
            errors.Add(FieldError.Of("name", "receiver-name-taken"));
        }

        var keeps = before?.Kind == draft.Kind ? before : null;
        if (draft.Kind is not ReceiverKind.Email && draft.Url.Length == 0 && keeps?.UrlFile is null)
        {
            errors.Add(FieldError.Of("url", "receiver-no-url"));
        }

        if (draft.Kind is ReceiverKind.Email && draft.User.Length > 0 && draft.Secret.Length == 0 && (keeps?.SecretFile is null || draft.WithoutSecret))
        {
            errors.Add(FieldError.Of("secret", "receiver-no-password"));
        }

        if (others.FirstOrDefault(o => o.Kind == draft.Kind && SameTarget(draft, o, urlOf)) is { } same)
        {
            errors.Add(FieldError.Of(draft.Kind is ReceiverKind.Email ? "to" : "url", "receiver-duplicate", ("name", same.Name)));
        }

        return errors.ToImmutable();
    }

    /// <summary>Says whether a text can be a receiver's name.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    private static bool SameTarget(ReceiverDraft draft, KeptReceiver other, Func<KeptReceiver, string?> urlOf) => draft.Kind is ReceiverKind.Email
        ? draft.To.Length > 0 && string.Equals(draft.To, other.To, StringComparison.OrdinalIgnoreCase)
        : draft.Url.Length > 0 && draft.Url == urlOf(other) && draft.Channel == other.Channel;

    // What can be said of it without the others.
    private static IEnumerable<FieldError> Alone(ReceiverDraft draft)
    {
        if (!IsName(draft.Name))
        {
            yield return FieldError.Of("name", "receiver-bad-name");
        }

        if (draft.Severities.IsDefaultOrEmpty || !draft.Severities.All(AlertReceiver.AllSeverities.Contains))
        {
            yield return FieldError.Of("severities", "receiver-no-severity");
        }

        foreach (var error in draft.Kind is ReceiverKind.Email ? Mail(draft) : Web(draft))
        {
            yield return error;
        }

        // They are headers' and files' values: a line's end in them would be another header.
        if (draft.Secret.Length > Longest || draft.Secret.Any(char.IsControl))
        {
            yield return FieldError.Of("secret", "receiver-bad-secret");
        }
    }

    private static IEnumerable<FieldError> Mail(ReceiverDraft draft)
    {
        var addresses = draft.To.Split(',', StringSplitOptions.TrimEntries);
        if (addresses.Length > MostAddresses || !addresses.All(IsAddress))
        {
            yield return FieldError.Of("to", "receiver-bad-address");
        }

        if (!IsAddress(draft.From))
        {
            yield return FieldError.Of("from", "receiver-bad-address");
        }

        var host = Host().Match(draft.Smarthost);
        if (!host.Success || int.Parse(host.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) is 0 or > 65535)
        {
            yield return FieldError.Of("smarthost", "receiver-bad-smarthost");
        }

        if (!IsPlain(draft.User))
        {
            yield return FieldError.Of("user", "receiver-bad-text");
        }
    }

    private static IEnumerable<FieldError> Web(ReceiverDraft draft)
    {
        if (draft.Url.Length > 0 && (draft.Url.Length > Longest || draft.Url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
            || !Uri.TryCreate(draft.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Host.Length == 0))
        {
            yield return FieldError.Of("url", "receiver-bad-url");
        }

        if (draft.Channel.Length > 100 || draft.Channel.Any(char.IsWhiteSpace) || !IsPlain(draft.Channel))
        {
            yield return FieldError.Of("channel", "receiver-bad-channel");
        }
    }

    // Alertmanager fills templates in these texts.
    private static bool IsPlain(string text) => text.Length <= 300 && !text.Any(char.IsControl) && !text.Contains("{{", StringComparison.Ordinal);

    private static bool IsAddress(string text) => IsPlain(text) && Address().IsMatch(text);

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[^@\s,<>""]+@[^@\s,<>""]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"^(?:[a-zA-Z0-9][a-zA-Z0-9.-]*|\[[0-9a-fA-F:]+\]):([0-9]{1,5})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Host();
}
