using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>The portal's own credential, made up.</summary>
internal sealed class FakePlatform : IPlatformScope
{
    public Task<Scope> ForProjectAsync(CloudRegion region, string projectId, string purpose, string? askedBy, CancellationToken cancellationToken) =>
        Task.FromResult(TestScopes.Fake(new Dictionary<string, string>(), projectId) with { Region = region, UserId = "portal", UserName = "portal" });

    public Task<Scope> ForCloudAsync(CloudRegion region, string purpose, CancellationToken cancellationToken) => ForProjectAsync(region, "service", purpose, null, cancellationToken);
}

/// <summary>Remembers what was written.</summary>
internal sealed class MemoryAudit : IAuditLog
{
    public List<string> Entries { get; } = [];

    public Task WriteAsync(Scope scope, string action, string subject, string result, CancellationToken cancellationToken, IEnumerable<string>? requestIds = null, IReadOnlyDictionary<string, string>? details = null)
    {
        Entries.Add($"{scope.UserName} {action} {result}");
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<AuditEntry>> ListAsync(Scope scope, int limit, DateTimeOffset? before, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AuditEntry>>([]);
}
