using Microsoft.Extensions.Logging;

namespace Portal.Core.Storage;

internal static partial class StorageLog
{
    [LoggerMessage(1001, LogLevel.Warning, "The master key {File} lies in the data folder, beside what it locks: for Development only")]
    public static partial void KeyBesideDocuments(ILogger logger, string file);

    [LoggerMessage(1002, LogLevel.Information, "Made a master key for Development: {File}")]
    public static partial void KeyMade(ILogger logger, string file);

    [LoggerMessage(1003, LogLevel.Information, "Storage is open: {Storage}")]
    public static partial void Opened(ILogger logger, string storage);
}
