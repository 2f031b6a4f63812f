using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Grafana;
using Portal.Shared;

namespace Portal.Monitoring.Grafana;

/// <summary>The dashboards that the project imported, and the one that is being imported.</summary>
public sealed class ImportModel(IGrafanaDashboards dashboards, Scope scope)
{
    private readonly Asking _asking = new();
    private string? _checked;

    /// <summary>Gets the list.</summary>
    public Loadable<IReadOnlyList<ImportedDashboard>> All { get; } = new();

    /// <summary>Gets what would be shown of the file, or null before it was looked at.</summary>
    public GrafanaDashboard? Found { get; private set; }

    /// <summary>Gets or sets the name under which it is kept.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets what is to be corrected.</summary>
    public ImmutableArray<FieldError> Errors { get; private set; } = [];

    /// <summary>Gets whether the file is another one than was looked at.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Gets the dashboard that was imported last, or null.</summary>
    public ImportedDashboard? Imported { get; private set; }

    /// <summary>Gets the name of the dashboard that was removed last, or null.</summary>
    public string? Removed { get; private set; }

    /// <summary>Gets or sets the dashboard whose removal is to be confirmed, or null.</summary>
    public string? Removing { get; set; }

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets whether something is under way.</summary>
    public bool IsBusy => _asking.IsBusy;

    /// <summary>Gets whether the person may import and remove.</summary>
    public bool MayChange => scope.Can(Capability.Write);

    /// <summary>Gets what of the file is not shown.</summary>
    public IEnumerable<GrafanaFinding> Lost => Found?.Findings.Where(f => f.IsLost) ?? [];

    /// <summary>Gets what of the file is shown in another way.</summary>
    public IEnumerable<GrafanaFinding> Other => Found?.Findings.Where(f => !f.IsLost) ?? [];

    /// <summary>Reads the list.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => All.LoadAsync(async () => await dashboards.ListAsync(scope, cancellationToken));

    /// <summary>Gives the errors of a field.</summary>
    public IEnumerable<FieldError> ErrorsOf(string field) => Errors.Where(e => e.Field == field);

    /// <summary>Says that the file is longer than may be.</summary>
    public void TellTooLong() => (Found, _checked, Errors) = (null, null, [FieldError.Of("json", "dashboard-too-long")]);

    /// <summary>Looks at a file.</summary>
    public async Task<bool> CheckAsync(string json)
    {
        (Errors, HasChanged, Imported, Removed) = ([], false, null, null);
        var done = await TryAsync(() =>
        {
            Found = dashboards.Check(scope, json);
            _checked = json;
            Name = Name.Length == 0 ? Found.Title.Length > 80 ? Found.Title[..80] : Found.Title : Name;
            return Task.CompletedTask;
        });
        (Found, _checked) = done ? (Found, _checked) : (null, null);
        return done;
    }

    /// <summary>Keeps it; a file that nobody has looked at is looked at first.</summary>
    public async Task<bool> SaveAsync(string json, CancellationToken cancellationToken)
    {
        if (json != _checked)
        {
            HasChanged = await CheckAsync(json);
            return false;
        }

        (Errors, HasChanged) = ([], false);
        if (!await TryAsync(async () => Imported = await dashboards.ImportAsync(scope, Name, json, cancellationToken)))
        {
            return false;
        }

        (Found, _checked, Name) = (null, null, "");
        await LoadAsync(cancellationToken);
        return true;
    }

    /// <summary>Removes one.</summary>
    public async Task RemoveAsync(ImportedDashboard dashboard, CancellationToken cancellationToken)
    {
        (Imported, Removed, Removing) = (null, null, null);
        if (await TryAsync(() => dashboards.RemoveAsync(scope, dashboard.Id, cancellationToken)))
        {
            Removed = dashboard.Name;
            await LoadAsync(cancellationToken);
        }
    }

    private async Task<bool> TryAsync(Func<Task> act)
    {
        try
        {
            return await _asking.RunAsync(act);
        }
        catch (ClusterInvalidException wrong)
        {
            Errors = wrong.Errors;
            return false;
        }
    }
}
