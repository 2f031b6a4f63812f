using Microsoft.Extensions.Logging;
using Portal.Core.Backends;

namespace Portal.Core.Identity;

/// <summary>Log messages of sign-in, sessions and the portal's own credential (event ids 1000 to 1099).</summary>
internal static partial class IdentityLog
{
    [LoggerMessage(EventId = 1000, Level = LogLevel.Debug, Message = "Session of {UserId} renewed at the identity provider")]
    public static partial void SessionRenewed(this ILogger logger, string userId);

    [LoggerMessage(EventId = 1001, Level = LogLevel.Warning, Message = "A token could not be renewed yet, {Backend} says {Failure}; the old one is used while it lives")]
    public static partial void RenewalPutOff(this ILogger logger, string backend, BackendFailure failure);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Information, Message = "Session of {UserId} began")]
    public static partial void SessionBegan(this ILogger logger, string userId);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Information, Message = "A session ended: {Revoked} Keystone tokens revoked, {Left} could not be")]
    public static partial void SessionEnded(this ILogger logger, int revoked, int left);

    [LoggerMessage(EventId = 1004, Level = LogLevel.Warning, Message = "A Keystone token of an ended session could not be revoked: {Failure}; it ends by itself")]
    public static partial void RevocationFailed(this ILogger logger, BackendFailure failure);

    [LoggerMessage(EventId = 1010, Level = LogLevel.Information, Message = "The portal's own credential in {Cloud}/{Region} may enter all {Projects} projects")]
    public static partial void CredentialComplete(this ILogger logger, string cloud, string region, int projects);

    [LoggerMessage(EventId = 1011, Level = LogLevel.Warning, Message = "The portal's own credential in {Cloud}/{Region} is not complete: {Problem}")]
    public static partial void CredentialIncomplete(this ILogger logger, string cloud, string region, string problem);
}
