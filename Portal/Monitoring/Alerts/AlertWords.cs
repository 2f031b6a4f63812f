using System.Globalization;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Monitoring.Silences;
using Portal.Monitoring.Receivers;
using Portal.Monitoring.Rules;
using Portal.Monitoring.Silences;
using Portal.Shared;

namespace Portal.Monitoring.Alerts;

/// <summary>Words for alerts.</summary>
public static class AlertWords
{
    /// <summary>Gives the state of an alert.</summary>
    public static StateWord StateOf(AlertItem item) => item switch
    {
        { IsFiring: false } => new(StateKind.Ok, AlertsText.Resolved),
        { Alert.Standing: AlertStanding.Silenced } => new(StateKind.Off, AlertsText.Silenced),
        { Alert.Standing: AlertStanding.Inhibited } => new(StateKind.Off, AlertsText.Inhibited),
        _ => new(KindOf(item.Severity), Severity(item.Severity), item.Alert.Labels.GetValueOrDefault("severity")),
    };

    /// <summary>Gives the state of a silence.</summary>
    public static StateWord StateOf(SilenceState state) => state switch
    {
        SilenceState.Active => new(StateKind.Off, SilencesText.Active),
        SilenceState.Pending => new(StateKind.Wait, SilencesText.Pending),
        _ => new(StateKind.Off, SilencesText.Expired),
    };

    /// <summary>Gives the state of a rule.</summary>
    public static StateWord StateOf(AlertRule rule) => rule switch
    {
        { Error: not null } => new(StateKind.Fail, RulesText.NotEvaluated),
        { State: RuleState.Firing } => new(StateKind.Warn, RulesText.Firing),
        { State: RuleState.Pending } => new(StateKind.Wait, SilencesText.Pending),
        _ => new(StateKind.Ok, RulesText.Calm),
    };

    /// <summary>Says what is wrong in a field of a silence or a rule.</summary>
    public static string Tell(FieldError error)
    {
        var text = SilencesText.ResourceManager.GetString(error.Code, CultureInfo.CurrentUICulture) ?? RulesText.ResourceManager.GetString(error.Code, CultureInfo.CurrentUICulture)
            ?? ReceiversText.ResourceManager.GetString(error.Code, CultureInfo.CurrentUICulture) ?? error.Code;
        return Sentence.With(text, [.. error.Arguments.Select(a => (a.Key, (object?)a.Value))]);
    }

    /// <summary>Gives the kind of state of a severity.</summary>
    public static StateKind KindOf(AlertSeverity severity) => severity switch
    {
        AlertSeverity.Critical => StateKind.Fail,
        AlertSeverity.Warning => StateKind.Warn,
        _ => StateKind.Wait,
    };

    /// <summary>Gives the word of a severity.</summary>
    public static string Severity(AlertSeverity severity) => severity switch
    {
        AlertSeverity.Critical => AlertsText.Critical,
        AlertSeverity.Warning => AlertsText.Warning,
        _ => AlertsText.Info,
    };

    /// <summary>Says why a cluster's Alertmanager cannot be asked.</summary>
    public static string Why(AlertSilence? silence) => silence switch
    {
        AlertSilence.ApiSilent => AlertsText.WhyApiSilent,
        AlertSilence.Refused => AlertsText.WhyRefused,
        AlertSilence.NotUnderstood => AlertsText.WhyNotUnderstood,
        _ => AlertsText.WhyDead,
    };

    /// <summary>Says how many alerts need someone, and of how many clusters that is known; nothing before it is.</summary>
    public static string Summary(AlertsModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.IsLoaded || model.Failure is not null || model.Heard == 0)
        {
            return "";
        }

        var needs = model.Items.Count(i => i.NeedsSomeone);
        var firing = needs == 0 ? AlertsText.LeadCalm : Sentence.Count(needs, AlertsText.LeadOne, AlertsText.LeadMany);
        return $"{firing} {Sentence.Count(model.Heard, AlertsText.HeardOne, AlertsText.HeardMany)}";
    }
}
