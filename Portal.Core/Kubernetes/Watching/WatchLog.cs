using Microsoft.Extensions.Logging;

namespace Portal.Core.Kubernetes.Watching;

/// <summary>What watches log. A cluster that does not answer is a state that people see, not a line for each attempt.</summary>
internal static partial class WatchLog
{
    [LoggerMessage(EventId = 2601, Level = LogLevel.Error, Message = "The watch of {Plural} in cluster {Cluster} met what it does not understand, and begins again")]
    public static partial void WatchFailed(this ILogger logger, string plural, string cluster, Exception exception);
}
