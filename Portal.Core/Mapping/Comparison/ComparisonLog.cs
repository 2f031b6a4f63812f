using Microsoft.Extensions.Logging;
using Portal.Core.Backends;

namespace Portal.Core.Mapping.Comparison;

internal static partial class ComparisonLog
{
    [LoggerMessage(2801, LogLevel.Warning, "Projects could not be compared with Harbor: {Backend}: {Operation}: {Failure}")]
    public static partial void ComparisonFailed(this ILogger logger, string backend, string operation, BackendFailure failure);

    [LoggerMessage(2802, LogLevel.Error, "The comparison of projects with Harbor broke; it is tried again at its time")]
    public static partial void ComparisonBroke(this ILogger logger, Exception exception);
}
