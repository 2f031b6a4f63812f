using System.Collections.Immutable;
using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Audit;

/// <inheritdoc />
internal sealed class AuditLog(IDocumentStore documents, Microsoft.Extensions.Options.IOptions<AuditOptions> options, TimeProvider time) : IAuditLog, IAuditRetention
{
    private const int MaxPage = 500;

    // The youngest first by id: ticks that run down, then something random.
    private static readonly DocumentType<AuditEntry> Type = new("audit", 1, e => [ProjectKey(e.ProjectId)]);

    public Task WriteAsync(Scope scope, string action, string subject, string result, CancellationToken cancellationToken, IEnumerable<string>? requestIds = null, IReadOnlyDictionary<string, string>? details = null)
    {
        var entry = new AuditEntry
        {
            At = time.GetUtcNow(),
            UserId = scope.UserId,
            UserName = scope.UserName,
            ProjectId = scope.ProjectId,
            Action = action,
            Subject = subject,
            Result = result,
            RequestIds = requestIds is null ? [] : [.. requestIds],
            Details = details?.ToImmutableDictionary() ?? ImmutableDictionary<string, string>.Empty,
        };
        return documents.PutAsync(Type, $"{Before(entry.At)}-{Guid.NewGuid():N}", entry, 0, cancellationToken);
    }

    public async Task<IReadOnlyList<AuditEntry>> ListAsync(Scope scope, int limit, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);

        // The last id that an entry of that very instant could have: all of them are left out.
        var after = before is { } instant ? $"{Before(instant)}-{new string('f', 32)}" : null;
        var page = await documents.ListAsync(Type, ProjectKey(scope.ProjectId), cancellationToken, Math.Clamp(limit, 1, MaxPage), after).ConfigureAwait(false);
        return [.. page.Select(s => s.Value)];
    }

    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        var after = Before(time.GetUtcNow() - options.Value.Retention);
        while (await documents.ListAsync(Type, null, cancellationToken, MaxPage, after).ConfigureAwait(false) is { Count: > 0 } old)
        {
            foreach (var entry in old)
            {
                deleted += await documents.DeleteAsync(Type, entry.Id, null, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            }
        }

        return deleted;
    }

    private static string Before(DateTimeOffset at) => (DateTimeOffset.MaxValue.UtcTicks - at.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    private static string ProjectKey(string projectId) => $"project:{projectId}";
}
