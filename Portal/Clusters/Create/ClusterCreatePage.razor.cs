using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Portal.Core.Addons;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Identity;
using Portal.Shell;

namespace Portal.Clusters.Create;

/// <summary>The wizard that creates a cluster.</summary>
public sealed partial class ClusterCreatePage : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private ClusterCreateModel _model = null!;
    private bool _keeping;
    private bool _changed;
    private bool _created;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private IClusterOffer Offer { get; set; } = null!;

    [Inject]
    private PortalSession Session { get; set; } = null!;

    [Inject]
    private IOptions<AddonsOptions> Addons { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private Dictionary<string, string[]> Profiles => Addons.Value.Profiles.ToDictionary(p => p.Key, p => p.Value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries));

    /// <inheritdoc />
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync()
    {
        _model = new ClusterCreateModel(Clusters, Offer, Time);
        return Scope.Can(Capability.Write) ? LoadAsync() : Task.CompletedTask;
    }

    private async Task LoadAsync()
    {
        var kept = await Session.FindPreferenceAsync(ClusterDraft.KeyOf(ProjectId), _left.Token);
        await _model.LoadAsync(Scope, kept, Profiles.Keys.FirstOrDefault() ?? "", _left.Token);
    }

    private async Task EditAsync((string Field, ClusterSpec Spec) edit)
    {
        _model.Change(edit.Field, edit.Spec);
        await Task.WhenAll(KeepAsync(), _model.CheckSoonAsync(Scope, _left.Token));
    }

    private Task ImportAsync((string Name, string Key) pair) => _model.ImportAsync(Scope, pair.Name, pair.Key, _left.Token);

    private async Task GoTo(CreateStep step)
    {
        await _model.GoToCheckedAsync(Scope, step, _left.Token);
        await KeepAsync();
    }

    private async Task StartAnewAsync()
    {
        await _model.StartAnewAsync(Scope, _left.Token);
        await KeepAsync();
    }

    private async Task NextAsync()
    {
        if (_model.Draft.Step < CreateStep.Review)
        {
            await GoTo(_model.Draft.Step + 1);
            return;
        }

        if (!_model.IsCreating && await _model.CreateAsync(Scope, _left.Token) is { } created)
        {
            _created = true;
            await KeepAsync();
            Navigation.NavigateTo(ProjectRoutes.Plan(ProjectId, created.PlanId));
        }
    }

    // One write at a time, the last word last; not ended by leaving the page, or what was typed last would be lost.
    private async Task KeepAsync()
    {
        _changed = true;
        if (_keeping)
        {
            return;
        }

        _keeping = true;
        try
        {
            while (_changed)
            {
                _changed = false;
                await Session.PutPreferenceAsync(ClusterDraft.KeyOf(ProjectId), _created ? null : _model.Draft.Write(), CancellationToken.None);
            }
        }
        finally
        {
            _keeping = false;
        }
    }
}
