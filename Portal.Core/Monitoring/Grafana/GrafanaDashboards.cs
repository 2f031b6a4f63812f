using System.Collections.Concurrent;
using System.Globalization;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Storage;

namespace Portal.Core.Monitoring.Grafana;

/// <inheritdoc />
internal sealed class GrafanaDashboards(IDocumentStore store, IAuditLog audit, TimeProvider time) : IGrafanaDashboards
{
    /// <summary>How many a project keeps at most.</summary>
    public const int Most = 50;

    private const int MostRead = 100;

    // A file never changes, so what was read of it stays true; who may see it is asked each time.
    private readonly ConcurrentDictionary<string, GrafanaDashboard> read = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<ImportedDashboard>> ListAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return [.. (await AllAsync(scope, cancellationToken).ConfigureAwait(false)).OrderBy(d => d.Name, StringComparer.CurrentCultureIgnoreCase).ThenBy(d => d.Id, StringComparer.Ordinal)];
    }

    public GrafanaDashboard Check(Scope scope, string json)
    {
        scope.Demand(Capability.Write);
        return GrafanaReader.Read(json);
    }

    public async Task<ImportedDashboard> ImportAsync(Scope scope, string name, string json, CancellationToken cancellationToken)
    {
        var dashboard = Check(scope, json);
        var title = name.Trim();
        var known = await AllAsync(scope, cancellationToken).ConfigureAwait(false);
        if (WrongName(title, known) is { } wrong)
        {
            throw new ClusterInvalidException([wrong]);
        }

        var kept = new ImportedDashboard
        {
            Id = Guid.NewGuid().ToString("N"),
            Name = title,
            Panels = dashboard.Panels.Count(),
            Lost = dashboard.Findings.Where(f => f.IsLost).Sum(f => Math.Max(1, f.Where.Length)),
            UserId = scope.UserId,
            UserName = scope.UserName,
            At = time.GetUtcNow(),
            Region = scope.Region,
            ProjectId = scope.ProjectId,
        };

        // The file first: one that nobody lists harms nobody, a dashboard without its file would.
        await store.PutAsync(DashboardFile.Type, kept.Id, new DashboardFile { Json = json }, 0, cancellationToken).ConfigureAwait(false);
        await store.PutAsync(ImportedDashboard.Type, kept.Id, kept, 0, cancellationToken).ConfigureAwait(false);
        await audit.WriteAsync(scope, "dashboard.import", $"dashboard/{kept.Id}", "ok", cancellationToken, details: Details(kept)).ConfigureAwait(false);
        return kept;
    }

    public async Task<(ImportedDashboard File, GrafanaDashboard Dashboard)?> FindAsync(Scope scope, string id, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        if (await OwnAsync(scope, id, cancellationToken).ConfigureAwait(false) is not { } kept)
        {
            return null;
        }

        if (read.TryGetValue(id, out var known))
        {
            return (kept, known);
        }

        if (await store.FindAsync(DashboardFile.Type, id, cancellationToken).ConfigureAwait(false) is not { } file)
        {
            return null;
        }

        if (read.Count >= MostRead)
        {
            read.Clear();
        }

        return (kept, read[id] = GrafanaReader.Read(file.Value.Json));
    }

    public async Task<bool> RemoveAsync(Scope scope, string id, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        if (await OwnAsync(scope, id, cancellationToken).ConfigureAwait(false) is not { } kept)
        {
            return false;
        }

        var removed = await store.DeleteAsync(ImportedDashboard.Type, id, null, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(DashboardFile.Type, id, null, cancellationToken).ConfigureAwait(false);
        read.TryRemove(id, out _);
        if (removed)
        {
            await audit.WriteAsync(scope, "dashboard.remove", $"dashboard/{id}", "ok", cancellationToken, details: Details(kept)).ConfigureAwait(false);
        }

        return removed;
    }

    private static FieldError? WrongName(string name, IReadOnlyList<ImportedDashboard> known) => name switch
    {
        "" => FieldError.Of("name", "dashboard-no-name"),
        { Length: > 80 } => FieldError.Of("name", "dashboard-long-name"),
        _ when known.Any(d => string.Equals(d.Name, name, StringComparison.OrdinalIgnoreCase)) => FieldError.Of("name", "dashboard-name-taken", ("name", name)),
        _ when known.Count >= Most => FieldError.Of("name", "dashboard-enough", ("most", Most.ToString(CultureInfo.InvariantCulture))),
        _ => null,
    };

    private static Dictionary<string, string> Details(ImportedDashboard kept) => new(StringComparer.Ordinal) { ["name"] = kept.Name };

    private async Task<IReadOnlyList<ImportedDashboard>> AllAsync(Scope scope, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(ImportedDashboard.Type, ImportedDashboard.Key(scope.Region, scope.ProjectId), cancellationToken).ConfigureAwait(false)).Select(d => d.Value)];

    private async Task<ImportedDashboard?> OwnAsync(Scope scope, string id, CancellationToken cancellationToken)
    {
        var found = id.Length is 0 or > 64 ? null : await store.FindAsync(ImportedDashboard.Type, id, cancellationToken).ConfigureAwait(false);
        return found?.Value is { } kept && kept.ProjectId == scope.ProjectId && kept.Region == scope.Region ? kept : null;
    }
}
