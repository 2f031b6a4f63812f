using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Grafana;

namespace Portal.Monitoring.Grafana;

/// <summary>The Grafana dashboards that the project imported.</summary>
public sealed partial class ImportedPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _left = new();
    private ImportModel _model = null!;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IGrafanaDashboards Dashboards { get; set; } = null!;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync()
    {
        _model = new ImportModel(Dashboards, Scope);
        return LoadAsync();
    }

    private Task LoadAsync() => _model.LoadAsync(_left.Token);

    private Task RemoveAsync(ImportedDashboard dashboard) => _model.RemoveAsync(dashboard, _left.Token);

    // Null: the file is longer than may be, and was not sent.
    private async Task CheckAsync(string? json)
    {
        if (json is null)
        {
            _model.TellTooLong();
        }
        else
        {
            await _model.CheckAsync(json);
        }

        StateHasChanged();
    }

    private async Task<bool> SaveAsync(string? json)
    {
        var isKept = json is not null && await _model.SaveAsync(json, _left.Token);
        if (json is null)
        {
            _model.TellTooLong();
        }

        StateHasChanged();
        return isKept;
    }
}
