using System.Collections.Immutable;
using Portal.Core.Backends;

namespace Portal.Core.Audit;

/// <summary>One change or reveal: who did what, where, with which result.</summary>
public sealed record AuditEntry
{
    /// <summary>Gets the time (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the person's Keystone user id, or the service user's.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the person's name.</summary>
    public required string UserName { get; init; }

    /// <summary>Gets the project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets what was done: <c>cluster.create</c>, <c>kubeconfig.reveal</c>, <c>platform-credential.use</c>; key of a text.</summary>
    public required string Action { get; init; }

    /// <summary>Gets what it was done to: <c>cluster/UUID</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>Gets <c>ok</c>, or a <see cref="BackendFailure"/>'s name, or <c>forbidden</c>.</summary>
    public required string Result { get; init; }

    /// <summary>Gets the request ids of the backends that took part.</summary>
    public ImmutableArray<string> RequestIds { get; init; } = [];

    /// <summary>Gets further facts (no secrets).</summary>
    public ImmutableDictionary<string, string> Details { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>Keeps audit entries; nothing deletes or changes one before its retention ends.</summary>
public interface IAuditLog
{
    /// <summary>Writes an entry for what <paramref name="scope"/>'s person did.</summary>
    Task WriteAsync(Scope scope, string action, string subject, string result, CancellationToken cancellationToken, IEnumerable<string>? requestIds = null, IReadOnlyDictionary<string, string>? details = null);

    /// <summary>Lists the project's entries, newest first; needs <see cref="Capability.Read"/> there.</summary>
    Task<IReadOnlyList<AuditEntry>> ListAsync(Scope scope, int limit, DateTimeOffset? before, CancellationToken cancellationToken);
}
