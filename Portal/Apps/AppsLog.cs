using Portal.Core.Kubernetes;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Apps;

/// <summary>Log messages of programs' hosts (event ids 1200 to 1299). Paths, codes and cookies are never in them.</summary>
internal static partial class AppsLog
{
    [LoggerMessage(EventId = 1200, Level = LogLevel.Information, Message = "A request for {App} of cluster {Cluster} was not answered: {Error}, {Reason}")]
    public static partial void NotForwarded(this ILogger logger, ClusterApp app, string cluster, ForwarderError error, string reason);
}
