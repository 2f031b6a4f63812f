using Microsoft.Extensions.Logging;

namespace Portal.Core.Provisioning;

internal static partial class ProvisioningLog
{
    [LoggerMessage(1101, LogLevel.Error, "Work {Key} failed; it is run again")]
    public static partial void WorkFailed(ILogger logger, string key, Exception exception);

    [LoggerMessage(1102, LogLevel.Warning, "The storage does not take the journal; trying again")]
    public static partial void StorageFails(ILogger logger, Exception exception);

    [LoggerMessage(1103, LogLevel.Information, "Plan {Plan} ({Kind} of {Subject}) is {State}")]
    public static partial void Ended(ILogger logger, string plan, string kind, string subject, PlanState state);

    [LoggerMessage(1104, LogLevel.Warning, "Plan {Plan}: step {Step} attempt {Attempt} failed: {Reason}")]
    public static partial void AttemptFailed(ILogger logger, string plan, string step, int attempt, string reason, Exception? exception);

    [LoggerMessage(1105, LogLevel.Warning, "Plan {Plan} is run by another engine; left to it")]
    public static partial void Lost(ILogger logger, string plan);

    [LoggerMessage(1106, LogLevel.Error, "An observer of plan {Plan} failed")]
    public static partial void ObserverFailed(ILogger logger, string plan, Exception exception);

    [LoggerMessage(1107, LogLevel.Error, "Plan {Plan}: step {Step} could not be journaled")]
    public static partial void StepLost(ILogger logger, string plan, string step, Exception exception);

    [LoggerMessage(1108, LogLevel.Information, "Plan {Plan} taken by this engine")]
    public static partial void Taken(ILogger logger, string plan);
}
