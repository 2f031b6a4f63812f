using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Creation;
using Portal.Shell;

namespace Portal.Mapping.Registering;

/// <summary>Which Harbor the portal works with, for administrators of the platform.</summary>
public sealed partial class HarborPage : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private HarborPageModel _model = null!;
    private bool _isDeleting;
    private bool _isUpgrading;
    private bool _isForgetting;
    private string _image = "";

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IHarborRegistration Registration { get; set; } = null!;

    [Inject]
    private IClusterOffer Offer { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc />
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync()
    {
        _model = new HarborPageModel(Registration, Offer, Scope);
        return _model.LoadAsync(_left.Token);
    }

    private Task RegisterAsync() => _model.RegisterAsync(() => _ = InvokeAsync(StateHasChanged), _left.Token);

    private async Task CreateAsync() => Show(await _model.CreateAsync());

    private async Task UpgradeAsync() => Show(await _model.UpgradeAsync(_image, "", _model.Home.Value!.Stack!.Spec.Name));

    private async Task DeleteAsync() => Show(await _model.DeleteAsync(_model.Home.Value!.Stack!.Spec.Name));

    private async Task ForgetAsync() => _isForgetting = !await _model.ForgetAsync(HostOf(_model.Home.Value!));

    private void Show(Plan? plan)
    {
        if (plan is not null)
        {
            Navigation.NavigateTo(ProjectRoutes.Plan(ProjectId, plan.Id));
        }
    }

    private static string HostOf(HarborHome home) => new Uri(home.RegisteredUrl ?? "https://harbor").Authority;
}
