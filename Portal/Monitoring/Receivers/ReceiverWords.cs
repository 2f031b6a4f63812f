using System.Globalization;
using Portal.Core.Live;
using Portal.Core.Monitoring.Receivers;
using Portal.Monitoring.Alerts;
using Portal.Shared;

namespace Portal.Monitoring.Receivers;

/// <summary>Words for receivers and their tests.</summary>
public static class ReceiverWords
{
    /// <summary>Gives the word of a kind.</summary>
    public static string Kind(ReceiverKind kind) => kind switch
    {
        ReceiverKind.Email => ReceiversText.Email,
        ReceiverKind.Webhook => ReceiversText.Webhook,
        _ => ReceiversText.Slack,
    };

    /// <summary>Gives the word of a severity that a receiver is told.</summary>
    public static string Severity(string severity) => severity switch
    {
        "critical" => AlertsText.Critical,
        "warning" => AlertsText.Warning,
        _ => AlertsText.Info,
    };

    /// <summary>Gives the kind of notice of a test.</summary>
    public static StateKind KindOf(ReceiverTrial trial) => trial?.Outcome switch
    {
        TrialOutcome.Delivered => StateKind.Ok,
        TrialOutcome.Failed => StateKind.Fail,
        _ => StateKind.Warn,
    };

    /// <summary>Says what became of a test.</summary>
    public static string Headline(AlertReceiver receiver, ReceiverTrial trial)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        return Sentence.With(
            trial?.Outcome switch
            {
                TrialOutcome.Delivered => ReceiversText.TrialDelivered,
                TrialOutcome.Failed => ReceiversText.TrialFailed,
                TrialOutcome.Silenced => ReceiversText.TrialSilenced,
                _ => ReceiversText.TrialNotTried,
            },
            ("name", receiver.Name));
    }

    /// <summary>Says why, or what else is known.</summary>
    public static string Why(AlertReceiver receiver, ReceiverTrial trial)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        ArgumentNullException.ThrowIfNull(trial);
        var words = trial.Outcome switch
        {
            TrialOutcome.Delivered => ReceiversText.TrialDeliveredWhy,
            TrialOutcome.Silenced => ReceiversText.TrialSilencedWhy,
            TrialOutcome.NotTried => ReceiversText.TrialNotTriedWhy,
            _ => ReceiversText.ResourceManager.GetString("trial-" + trial.Reason, CultureInfo.CurrentUICulture) ?? ReceiversText.TrialUnknown,
        };
        var told = Sentence.With(words, ("target", receiver.Kind is ReceiverKind.Email ? receiver.Smarthost : receiver.Host), ("status", trial.Status));
        var ended = trial.Outcome is TrialOutcome.Delivered && receiver.SendResolved ? $"{told} {ReceiversText.TrialEnded}" : told;
        return trial.IsCertain ? ended : $"{ended} {ReceiversText.TrialShared}";
    }
}
