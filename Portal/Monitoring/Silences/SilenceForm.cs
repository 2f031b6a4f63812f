using System.Collections.Immutable;
using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Silences;
using Portal.Monitoring.Alerts;
using Portal.Shared;

namespace Portal.Monitoring.Silences;

/// <summary>A condition as somebody types it.</summary>
public sealed class MatcherField
{
    /// <summary>The operators, as Alertmanager writes them.</summary>
    public static IReadOnlyList<string> Operators { get; } = ["=", "!=", "=~", "!~"];

    /// <summary>Gets or sets the label.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets or sets one of <see cref="Operators"/>.</summary>
    public string Operator { get; set; } = "=";

    /// <summary>Gets or sets the value.</summary>
    public string Value { get; set; } = "";

    /// <summary>Gets the condition.</summary>
    public SilenceMatcher Matcher => new(Name.Trim(), Value, Operator.EndsWith('~'), Operator[0] == '=');
}

/// <summary>A silence while somebody writes it.</summary>
public sealed class SilenceForm(ISilences silences, Scope scope, TimeProvider time)
{
    /// <summary>The choice of an end that is typed.</summary>
    public const int Typed = 0;

    private const string Form = "yyyy-MM-dd HH:mm";
    private readonly Asking _asking = new();
    private Silence? _before;

    /// <summary>Gets the durations that are offered, in hours.</summary>
    public static IReadOnlyList<int> Durations { get; } = [1, 2, 4, 8, 24, 72, 168];

    /// <summary>Gets or sets the cluster.</summary>
    public string ClusterId { get; set; } = "";

    /// <summary>Gets the conditions.</summary>
    public List<MatcherField> Matchers { get; } = [];

    /// <summary>Gets or sets the typed beginning, in <see cref="Zone"/>; empty is now.</summary>
    public string From { get; set; } = "";

    /// <summary>Gets whether its beginning may still be chosen: one that runs has begun.</summary>
    public bool MayBegin => _before is not { State: SilenceState.Active };

    /// <summary>Gets or sets for how many hours from its beginning, or <see cref="Typed"/>.</summary>
    public int Hours { get; set; } = 2;

    /// <summary>Gets or sets the typed end, in <see cref="Zone"/>.</summary>
    public string Until { get; set; } = "";

    /// <summary>Gets or sets why.</summary>
    public string Comment { get; set; } = "";

    /// <summary>Gets or sets the person's zone.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>Gets whether one that is there is changed.</summary>
    public bool IsChange => _before is not null;

    /// <summary>Gets what is to be corrected.</summary>
    public ImmutableArray<FieldError> Errors { get; private set; } = [];

    /// <summary>Gets why it was not done, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets whether Alertmanager is being asked.</summary>
    public bool IsBusy => _asking.IsBusy;

    /// <summary>Gets whether the person may silence.</summary>
    public bool MayChange => scope.Can(Capability.Write);

    /// <summary>Takes the labels of an alert as conditions; the rule's name first.</summary>
    public void Take(AlertItem item)
    {
        ClusterId = item.ClusterId;
        Matchers.Clear();
        Matchers.AddRange(item.Alert.Labels.OrderBy(l => l.Key != "alertname").ThenBy(l => l.Key, StringComparer.Ordinal).Select(l => new MatcherField { Name = l.Key, Value = l.Value }));
    }

    /// <summary>Takes one that is there, to change it.</summary>
    public void Take(string clusterId, Silence silence)
    {
        (_before, ClusterId, Comment, Hours) = (silence, clusterId, silence.Comment, Typed);
        Until = Text(silence.EndsAt);
        From = silence.State is SilenceState.Pending ? Text(silence.StartsAt) : "";
        Matchers.Clear();
        Matchers.AddRange(silence.Matchers.Select(m => new MatcherField { Name = m.Name, Operator = m.Operator, Value = m.Value }));
    }

    /// <summary>Chooses a duration; a typed end begins as the one that was chosen.</summary>
    public void Choose(int hours)
    {
        if (hours == Typed && Until.Length == 0)
        {
            Until = Text((Start(time.GetUtcNow()) ?? time.GetUtcNow()).AddHours(Hours));
        }

        Hours = hours;
    }

    /// <summary>Gives the errors of a field.</summary>
    public IEnumerable<FieldError> ErrorsOf(string field) => Errors.Where(e => e.Field == field);

    /// <summary>Gives which of the alerts it would keep quiet now.</summary>
    public IReadOnlyList<AlertItem> Matched(IEnumerable<AlertItem> items)
    {
        ImmutableArray<SilenceMatcher> all = [.. Matchers.Select(m => m.Matcher)];
        return all.Any(m => !m.IsReadable) || all.All(m => m.MatchesNothing) ? [] : [.. items.Where(i => i.IsFiring && i.ClusterId == ClusterId && SilenceDraft.Matches(all, i.Alert.Labels))];
    }

    /// <summary>Sends it; gives whether it was done.</summary>
    public async Task<bool> SaveAsync(CancellationToken cancellationToken)
    {
        Errors = [];
        var now = time.GetUtcNow();
        if (Start(now) is not { } start)
        {
            Errors = [FieldError.Of("startsAt", "silence-start-unreadable")];
            return false;
        }

        if (End(start) is not { } end)
        {
            Errors = [FieldError.Of("endsAt", "silence-end-unreadable")];
            return false;
        }

        if (ClusterId.Length == 0)
        {
            Errors = [FieldError.Of("cluster", "silence-no-cluster")];
            return false;
        }

        // One that is over is made anew; one that runs keeps its beginning, and so does one that waits, to the second, unless another was typed.
        var begins = !MayBegin || _before is { State: SilenceState.Pending } waiting && Text(waiting.StartsAt) == From.Trim() ? _before!.StartsAt : start == now ? null : (DateTimeOffset?)start;
        var draft = new SilenceDraft { Id = _before?.Id, StartsAt = begins, EndsAt = end, Comment = Comment.Trim(), Matchers = [.. Matchers.Select(m => m.Matcher)] };
        try
        {
            return await _asking.RunAsync(() => silences.SaveAsync(scope, ClusterId, draft, cancellationToken));
        }
        catch (ClusterInvalidException wrong)
        {
            Errors = wrong.Errors;
            return false;
        }
    }

    private DateTimeOffset? Start(DateTimeOffset now) => From.Trim().Length == 0 ? now : Read(From);

    private DateTimeOffset? End(DateTimeOffset start) => Hours != Typed ? start.AddHours(Hours) : Read(Until);

    private string Text(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).ToString(Form, CultureInfo.InvariantCulture);

    private DateTimeOffset? Read(string text) => DateTime.TryParseExact(text.Trim().Replace('T', ' '), [Form, Form + ":ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) ? new DateTimeOffset(local, Zone.GetUtcOffset(local)) : null;
}
