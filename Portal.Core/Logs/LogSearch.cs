namespace Portal.Core.Logs;

/// <summary>How bad a line is: from its level field, else from its words.</summary>
public enum LogSeverity
{
    /// <summary>Neither field nor words say it.</summary>
    Unknown,

    /// <summary>Debug and trace.</summary>
    Debug,

    /// <summary>Info and notice.</summary>
    Info,

    /// <summary>Warnings.</summary>
    Warning,

    /// <summary>Errors and worse.</summary>
    Error,
}

/// <summary>What is searched for. Filters are exact; the text is Elasticsearch's <c>query_string</c>.</summary>
public sealed record LogSearch
{
    /// <summary>Gets the beginning (UTC), inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Gets the end (UTC), inclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Gets the words, empty for all lines.</summary>
    public string Text { get; init; } = "";

    /// <summary>Gets the Kubernetes namespace (zones are namespaces), or null.</summary>
    public string? Namespace { get; init; }

    /// <summary>Gets the name of the Deployment, StatefulSet, DaemonSet or Job whose pods are meant, or null.</summary>
    public string? Workload { get; init; }

    /// <summary>Gets the pod, or null.</summary>
    public string? Pod { get; init; }

    /// <summary>Gets the container, or null.</summary>
    public string? Container { get; init; }

    /// <summary>Gets the node, or null.</summary>
    public string? Node { get; init; }

    /// <summary>Gets the least severity: <see cref="LogSeverity.Warning"/> or <see cref="LogSeverity.Error"/>; null for all lines.</summary>
    public LogSeverity? AtLeast { get; init; }

    /// <summary>Gets who searches, so that Elasticsearch asks the same copies each time and the order stays (<c>preference</c>).</summary>
    public string Session { get; init; } = "portal";
}

/// <summary>A cluster whose lines are searched.</summary>
/// <param name="ClusterId">Magnum uuid.</param>
/// <param name="Name">Its name, for people.</param>
public sealed record LogSource(string ClusterId, string Name);
