using Portal.Core.Backends;

namespace Portal.Identity;

/// <summary>Log messages of the sign-in over HTTP (event ids 1200 to 1299).</summary>
internal static partial class IdentityLog
{
    [LoggerMessage(EventId = 1200, Level = LogLevel.Warning, Message = "A sign-in ended without a session: {Problem} ({Backend} says {Failure}, request {RequestId})")]
    public static partial void SignInRefused(this ILogger logger, SignInProblem problem, string backend, BackendFailure failure, string? requestId);

    [LoggerMessage(EventId = 1201, Level = LogLevel.Warning, Message = "The identity provider sent a sign-in back with an error: {Reason}")]
    public static partial void ProviderError(this ILogger logger, string reason);

    [LoggerMessage(EventId = 1202, Level = LogLevel.Warning, Message = "The identity provider does not answer")]
    public static partial void ProviderDown(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1203, Level = LogLevel.Warning, Message = "A log-out notice of the identity provider was refused: {Reason}")]
    public static partial void NoticeRefused(this ILogger logger, string reason);

    [LoggerMessage(EventId = 1204, Level = LogLevel.Error, Message = "Old sessions and audit entries could not be cleaned up")]
    public static partial void UpkeepFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1205, Level = LogLevel.Error, Message = "A page does not hear at once when its session ends; it looks each minute")]
    public static partial void SessionNotFollowed(this ILogger logger, Exception exception);
}
