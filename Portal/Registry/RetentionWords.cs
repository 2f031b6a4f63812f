using Portal.Core.Registry.Settings;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>Words for what is kept.</summary>
public static class RetentionWords
{
    /// <summary>Gives a rule in words: "the last 10 pushed".</summary>
    public static string Of(KeepRule rule) => rule.By switch
    {
        KeepBy.LatestPushed => Sentence.With(ImageSettingsText.KeepLatestPushed, ("count", rule.Count)),
        KeepBy.LatestPulled => Sentence.With(ImageSettingsText.KeepLatestPulled, ("count", rule.Count)),
        KeepBy.PushedWithinDays => Sentence.With(ImageSettingsText.KeepPushedWithinDays, ("count", rule.Count)),
        KeepBy.PulledWithinDays => Sentence.With(ImageSettingsText.KeepPulledWithinDays, ("count", rule.Count)),
        KeepBy.Always => ImageSettingsText.KeepAlways,
        _ => ImageSettingsText.KeepOther,
    };

    /// <summary>Gives what can be chosen to keep by.</summary>
    public static string Of(KeepBy by) => by switch
    {
        KeepBy.LatestPushed => ImageSettingsText.ByLatestPushed,
        KeepBy.LatestPulled => ImageSettingsText.ByLatestPulled,
        KeepBy.PushedWithinDays => ImageSettingsText.ByPushedWithinDays,
        KeepBy.PulledWithinDays => ImageSettingsText.ByPulledWithinDays,
        _ => ImageSettingsText.KeepAlways,
    };

    /// <summary>Gives a schedule.</summary>
    public static string Of(RetentionSchedule schedule) => schedule switch
    {
        RetentionSchedule.Daily => ImageSettingsText.ScheduleDaily,
        RetentionSchedule.Weekly => ImageSettingsText.ScheduleWeekly,
        RetentionSchedule.Other => ImageSettingsText.ScheduleOther,
        _ => ImageSettingsText.ScheduleNever,
    };
}
