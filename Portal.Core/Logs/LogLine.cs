namespace Portal.Core.Logs;

/// <summary>A part of a message that the search found.</summary>
/// <param name="Start">First character.</param>
/// <param name="Length">Count of characters.</param>
public readonly record struct LogMark(int Start, int Length);

/// <summary>A line, as a shipper wrote it to Elasticsearch.</summary>
public sealed record LogLine
{
    /// <summary>Gets the cluster.</summary>
    public required LogSource Source { get; init; }

    /// <summary>Gets the index.</summary>
    public required string Index { get; init; }

    /// <summary>Gets the document's id, unique in its index.</summary>
    public required string Id { get; init; }

    /// <summary>Gets when it was written (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets Elasticsearch's value of the time (ms, or ns where the field is <c>date_nanos</c>); where the search goes on.</summary>
    public required long Sort { get; init; }

    /// <summary>Gets the message, at most 20,000 characters of it.</summary>
    public required string Message { get; init; }

    /// <summary>Gets what of the message was found, in order.</summary>
    public IReadOnlyList<LogMark> Marks { get; init; } = [];

    /// <summary>Gets how bad it is.</summary>
    public LogSeverity Severity { get; init; }

    /// <summary>Gets the namespace, or null.</summary>
    public string? Namespace { get; init; }

    /// <summary>Gets the pod, or null.</summary>
    public string? Pod { get; init; }

    /// <summary>Gets the container, or null.</summary>
    public string? Container { get; init; }

    /// <summary>Gets the node, or null.</summary>
    public string? Node { get; init; }

    /// <summary>Gets the whole document as JSON.</summary>
    public required string Document { get; init; }

    /// <summary>Gets the key in a list.</summary>
    public string Key => $"{Source.ClusterId}/{Index}/{Id}";
}
