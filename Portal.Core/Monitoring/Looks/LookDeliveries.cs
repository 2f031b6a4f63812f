using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Dashboards;

namespace Portal.Core.Monitoring.Looks;

/// <summary>An image that changed.</summary>
/// <param name="Container">The container.</param>
/// <param name="Before">The image before, or null for a new container.</param>
/// <param name="After">The image since.</param>
public sealed record ImageChange(string Container, string? Before, string After);

/// <summary>Something new that was put into a cluster.</summary>
/// <param name="ClusterId">Magnum uuid of the cluster.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Namespace">Namespace.</param>
/// <param name="Workload">What was changed.</param>
/// <param name="Images">The images that changed; empty where something else did.</param>
public sealed record LookDelivery(string ClusterId, DateTimeOffset At, string Namespace, WorkloadName Workload, ImmutableArray<ImageChange> Images)
{
    /// <summary>Gets whether there was nothing of it before.</summary>
    public bool IsFirst { get; init; }
}

/// <summary>Gives what was delivered in a range. Monitoring asks; who delivers answers.</summary>
public interface ILookDeliveries
{
    /// <summary>Deliveries that are given at most.</summary>
    public const int Most = 50;

    /// <summary>Gives the youngest deliveries; a cluster that fails is named in the answer.</summary>
    /// <exception cref="ForbiddenException">A cluster is of another project, or the person may not read.</exception>
    Task<LookPart<LookDelivery>> ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken);
}
