namespace Portal.Security;

/// <summary>Log messages of what the portal refuses (event ids 1100 to 1199).</summary>
internal static partial class SecurityLog
{
    [LoggerMessage(EventId = 1100, Level = LogLevel.Warning, Message = "A request to {Path} came from a page of another origin and was refused")]
    public static partial void ForeignOrigin(this ILogger logger, PathString path);
}
