using Microsoft.Extensions.Logging;

namespace Portal.Core.Addons;

/// <summary>What the add-ons feature logs.</summary>
internal static partial class AddonsLog
{
    [LoggerMessage(EventId = 2301, Level = LogLevel.Warning, Message = "The add-ons of the clusters could not be looked at")]
    public static partial void AddonLookFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2302, Level = LogLevel.Information, Message = "The portal's certificate in cluster {ClusterId} was renewed; it ends at {ExpiresAt}")]
    public static partial void CertificateRenewed(this ILogger logger, string clusterId, DateTimeOffset expiresAt);

    [LoggerMessage(EventId = 2303, Level = LogLevel.Warning, Message = "The portal's certificate in cluster {ClusterId} ends at {ExpiresAt} and could not be renewed; the old one is kept and it is tried again later")]
    public static partial void CertificateNotRenewed(this ILogger logger, Exception exception, string clusterId, DateTimeOffset expiresAt);

    [LoggerMessage(EventId = 2304, Level = LogLevel.Warning, Message = "The portal's certificates in clusters could not be looked through")]
    public static partial void CertificateLookFailed(this ILogger logger, Exception exception);
}
