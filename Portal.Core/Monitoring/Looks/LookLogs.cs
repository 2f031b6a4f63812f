using System.Collections.Immutable;
using Portal.Core.Backends;

namespace Portal.Core.Monitoring.Looks;

/// <summary>How bad a line of a log is.</summary>
public enum LookSeverity
{
    /// <summary>It is calm, or nothing says it.</summary>
    Calm,

    /// <summary>A warning.</summary>
    Warning,

    /// <summary>An error or worse.</summary>
    Error,
}

/// <summary>A line of a log.</summary>
/// <param name="At">When it was written (UTC).</param>
/// <param name="ClusterId">Magnum uuid of its cluster.</param>
/// <param name="Namespace">Namespace, or null.</param>
/// <param name="Pod">Pod, or null.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">The message.</param>
public sealed record LookLine(DateTimeOffset At, string ClusterId, string? Namespace, string? Pod, LookSeverity Severity, string Message);

/// <summary>The lines of a range.</summary>
/// <param name="Lines">The youngest, the youngest first.</param>
/// <param name="Total">How many there are; counting may end before.</param>
/// <param name="Problems">The clusters that are missing.</param>
public sealed record LookLogs(ImmutableArray<LookLine> Lines, long Total, ImmutableArray<LookProblem> Problems)
{
    /// <summary>Gets whether there are more than <see cref="Total"/>.</summary>
    public bool IsTotalLower { get; init; }

    /// <summary>Gets the names of the clusters whose logs nothing collects.</summary>
    public ImmutableArray<string> Without { get; init; } = [];

    /// <summary>Gets the same search in Kibana, by cluster.</summary>
    public ImmutableArray<LookKibana> Kibana { get; init; } = [];
}

/// <summary>A search in a cluster's Kibana.</summary>
/// <param name="ClusterName">The cluster's name.</param>
/// <param name="Address">Its address.</param>
public sealed record LookKibana(string ClusterName, string Address);

/// <summary>Gives the logs of a range. Monitoring asks; who has logs answers.</summary>
public interface ILookLogs
{
    /// <summary>Lines that are given at most.</summary>
    public const int Most = 50;

    /// <summary>Gives the youngest lines; a cluster that fails is named in the answer.</summary>
    /// <exception cref="ForbiddenException">The person may not read.</exception>
    Task<LookLogs> ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken);
}
