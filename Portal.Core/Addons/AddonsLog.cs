using Microsoft.Extensions.Logging;

namespace Portal.Core.Addons;

/// <summary>What the add-ons feature logs.</summary>
internal static partial class AddonsLog
{
    [LoggerMessage(EventId = 2301, Level = LogLevel.Warning, Message = "The add-ons of the clusters could not be looked at")]
    public static partial void AddonLookFailed(this ILogger logger, Exception exception);
}
