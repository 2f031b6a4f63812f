using Microsoft.Extensions.Logging;

namespace Portal.Core.Clusters;

/// <summary>What the clusters feature logs; event ids 2000 to 2099.</summary>
internal static partial class ClustersLog
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "The clusters of {Cloud}/{Region} could not be listed; the last known rows stay")]
    public static partial void ClusterPollFailed(this ILogger logger, string cloud, string region, Exception exception);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Warning, Message = "Magnum's detailed list failed; {Count} clusters were read one by one, {Broken} could not be")]
    public static partial void ClusterListFellBack(this ILogger logger, int count, int broken);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Information, Message = "Cluster {ClusterId} was created for project {ProjectId}")]
    public static partial void ClusterCreated(this ILogger logger, string clusterId, string projectId);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Warning, Message = "The creation {IntentId} was interrupted; it is looked for")]
    public static partial void ClusterIntentResumed(this ILogger logger, string intentId);

    [LoggerMessage(EventId = 2005, Level = LogLevel.Warning, Message = "The open creations could not be looked through")]
    public static partial void ClusterIntentsFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2006, Level = LogLevel.Warning, Message = "The clusters of project {ProjectId} could not be read again after a change")]
    public static partial void ClusterRefreshFailed(this ILogger logger, string projectId, Exception exception);

    [LoggerMessage(EventId = 2007, Level = LogLevel.Warning, Message = "The last known clusters of {Region} could not be kept or read; after a restart their list is empty until Magnum answers")]
    public static partial void ClusterRowsNotKept(this ILogger logger, string region, Exception exception);

    [LoggerMessage(EventId = 2008, Level = LogLevel.Warning, Message = "How long creations from the template {Template} take could not be kept or read")]
    public static partial void CreationTimesNotKept(this ILogger logger, string template, Exception exception);

    [LoggerMessage(EventId = 2009, Level = LogLevel.Warning, Message = "Why clusters of {Cloud}/{Region} failed or are late could not be looked up; it is tried again")]
    public static partial void ClusterExplainingFailed(this ILogger logger, string cloud, string region, Exception exception);
}
