using Portal.Core.Audit;
using Portal.Core.Backends;

namespace Portal.Tests.Support.Fakes;

/// <summary>Audit entries that a test sets.</summary>
internal sealed class FakeAudit : IAuditLog
{
    public List<AuditEntry> Entries { get; } = [];

    public Exception? Failure { get; set; }

    public Task WriteAsync(Scope scope, string action, string subject, string result, CancellationToken cancellationToken, IEnumerable<string>? requestIds = null, IReadOnlyDictionary<string, string>? details = null) => Task.CompletedTask;

    public Task<IReadOnlyList<AuditEntry>> ListAsync(Scope scope, int limit, DateTimeOffset? before, CancellationToken cancellationToken) =>
        Failure is null ? Task.FromResult<IReadOnlyList<AuditEntry>>([.. Entries.Where(e => before is null || e.At < before).Take(limit)]) : throw Failure;
}
