using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Grafana;
using Portal.Core.Monitoring.Metrics;
using Portal.Monitoring.Charts;
using Portal.Shared;
using Portal.Shared.Ranges;

namespace Portal.Monitoring.Grafana;

/// <summary>What the page of an imported dashboard shows: its variables, the charts for the browser, and the panels that are no charts.</summary>
public sealed class GrafanaModel(ProjectClustersModel clusters, IGrafanaPanels panels, TimeProvider time)
{
    private const int AtOnce = 6;
    private readonly Dictionary<string, GrafanaReading> _readings = new(StringComparer.Ordinal);
    private GrafanaAddress? _asked;

    /// <summary>Gets the dashboard with what is chosen, or null before it was opened.</summary>
    public GrafanaView? View { get; private set; }

    /// <summary>Gets whether the project has no dashboard by this id.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Gets why it could not be opened, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets the cluster that is shown.</summary>
    public ClusterChoice? Cluster { get; private set; }

    /// <summary>Gets the range that is shown.</summary>
    public TimeRange Range { get; private set; } = TimeRange.Default;

    /// <summary>Gets what the browser draws, or null.</summary>
    public ChartBoardSpec? Board { get; private set; }

    /// <summary>Gets the variables that a person chooses.</summary>
    public IEnumerable<GrafanaChoice> Choices => View?.Choices.Where(c => !c.Variable.IsHidden) ?? [];

    /// <summary>Gives what a panel that is no chart shows, or null while it is asked for.</summary>
    public GrafanaReading? ReadingOf(string panelId) => _readings.GetValueOrDefault(panelId);

    /// <summary>Gets whether a row's panels are shown.</summary>
    public bool IsOpen(int row) => View is { } view && (!view.Dashboard.Rows[row].IsClosed ^ (_asked?.Rows.Contains(row) ?? false));

    /// <summary>Shows what is asked for.</summary>
    public async Task ShowAsync(Scope scope, string dashboardId, GrafanaAddress address, Func<Task> changed, CancellationToken cancellationToken)
    {
        Cluster = clusters.Chosen(address.ClusterId is { } id ? [id] : []) is [var first, ..] ? first : null;
        if (Cluster is null)
        {
            return;
        }

        _asked = address;
        try
        {
            Range = address.Range ?? OwnRange() ?? TimeRange.Default;
            var view = await OpenAsync(scope, dashboardId, address, cancellationToken);
            if (view is not null && address.Range is null && View is null && TimeRange.TryParse(view.Dashboard.Range?.From, view.Dashboard.Range?.To, out var own) && own != Range)
            {
                // The range that the file opens with is known only now.
                Range = own;
                view = await OpenAsync(scope, dashboardId, address, cancellationToken);
            }

            if (_asked != address)
            {
                return;
            }

            (View, IsGone, Failure) = (view, view is null, null);
        }
        catch (Exception e) when (e is BackendException or ForbiddenException)
        {
            Failure = e;
            return;
        }

        Board = View is null ? null : BoardOf(scope, View);
        await changed();
        await ReadAsync(scope, address, changed, cancellationToken);
    }

    private TimeRange? OwnRange() => View?.Dashboard.Range is { } range && TimeRange.TryParse(range.From, range.To, out var own) ? own : null;

    private Task<GrafanaView?> OpenAsync(Scope scope, string dashboardId, GrafanaAddress address, CancellationToken cancellationToken)
    {
        var (from, to) = Range.At(time.GetUtcNow());
        return panels.OpenAsync(scope, new ClusterKey(scope.Region, scope.ProjectId, Cluster!.Id), dashboardId, address.Values, RangeWindow.Of(from, to), cancellationToken);
    }

    private IEnumerable<GrafanaPanel> Shown(GrafanaView view) => view.Dashboard.Rows.Where((_, at) => IsOpen(at)).SelectMany(r => r.Panels);

    private ChartBoardSpec BoardOf(Scope scope, GrafanaView view)
    {
        var (from, to) = Range.At(time.GetUtcNow());
        var (start, end) = (from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds());
        var charts = Shown(view).Where(p => p.Kind is GrafanaPanelKind.TimeSeries).Select(p => new ChartSpec(
            $"{view.File.Id}-{p.Id}", TitleOf(view, p), p.Unit.Unit.ToString().ToLowerInvariant(), ChartWords.Unit(p.Unit.Unit), GrafanaLinks.Points(scope.ProjectId, view, p.Id, start, end))
        {
            Slot = $"panel-{p.Id}",
            IsArea = p.IsArea,
            IsTall = p.Place.Height >= 13,
            Limits = p.DrawsThresholds && !p.ThresholdsArePercent ? [.. p.Thresholds.Where(t => double.IsFinite(t.From) && t.Level is not GrafanaLevel.Good).Select(t => new ChartLimit(t.From * p.Unit.Factor, GrafanaWords.Level(t.Level)))] : [],
        });
        return new ChartBoardSpec(start, end, [.. charts], []);
    }

    /// <summary>Gives a panel's title; its kind where it has none.</summary>
    public static string TitleOf(GrafanaView view, GrafanaPanel panel) => view.Words(panel.Title) is { Length: > 0 } title ? title : Sentence.With(GrafanaText.PanelUnnamed, ("id", panel.Id));

    // A few at once; old numbers stay until new ones come.
    private async Task ReadAsync(Scope scope, GrafanaAddress address, Func<Task> changed, CancellationToken cancellationToken)
    {
        if (View is not { } view)
        {
            return;
        }

        var wanted = Shown(view).Where(p => p.Kind is not (GrafanaPanelKind.TimeSeries or GrafanaPanelKind.Text)).ToList();
        using var gate = new SemaphoreSlim(AtOnce);
        await Task.WhenAll(wanted.Select(async panel =>
        {
            await gate.WaitAsync(cancellationToken);
            try
            {
                var reading = _asked == address ? await panels.ReadAsync(scope, view, panel, cancellationToken) : null;
                if (reading is not null && _asked == address && View == view)
                {
                    _readings[panel.Id] = reading;
                    await changed();
                }
            }
            catch (ForbiddenException e)
            {
                Failure = e;
            }
            finally
            {
                gate.Release();
            }
        }));
    }
}
