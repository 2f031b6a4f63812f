using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Shared;

namespace Portal.Identity;

/// <summary>
/// Stands around every page of a project: finds the person's <see cref="Scope"/> and cascades it, or says why there is none.
/// Looks again on the way to each page and every minute, so that a project that was taken away is noticed while it is open.
/// </summary>
public sealed partial class ProjectGate : IAsyncDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);
    private readonly CancellationTokenSource _leaving = new();
    private readonly ProjectGateModel _model = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>Gets or sets the project of the address, or null where there is none.</summary>
    [Parameter, EditorRequired]
    public string? ProjectId { get; set; }

    /// <summary>Gets or sets the page.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    [Inject]
    private PortalSession Session { get; set; } = null!;

    [Inject]
    private AuthenticationStateProvider Authentication { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Name => _model.Scope?.ProjectName ?? ProjectId ?? "";

    private string Headline => _model.State switch
    {
        ProjectGateState.Taken => Sentence.With(IdentityText.ProjectTakenHeadline, ("project", Name)),
        ProjectGateState.CapabilityMissing => Sentence.With(IdentityText.CapabilityMissingHeadline, ("project", Name)),
        _ => IdentityText.ProjectRefusedHeadline,
    };

    private string Detail => _model.State switch
    {
        ProjectGateState.Taken => IdentityText.ProjectTakenDetail,
        ProjectGateState.CapabilityMissing => IdentityText.CapabilityMissingDetail,
        _ => Sentence.With(IdentityText.ProjectRefusedDetail, ("project", Name)),
    };

    private string Who => _model.State is ProjectGateState.CapabilityMissing ? IdentityText.CapabilityMissingWho : IdentityText.ProjectRefusedWho;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Authentication.AuthenticationStateChanged -= OnAuthenticationChanged;
        Navigation.LocationChanged -= OnMoved;
        await _leaving.CancelAsync();
        await _looking;
        _leaving.Dispose();
    }

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        Authentication.AuthenticationStateChanged += OnAuthenticationChanged;
        Navigation.LocationChanged += OnMoved;
        _looking = LookAsync();
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (ProjectId is { } project && project != _model.ProjectId)
        {
            await EnterAsync(project);
        }
    }

    private async Task EnterAsync(string project)
    {
        var leaving = _leaving.Token;
        await _model.EnterAsync(Session, project, leaving);
        if (_model.State is ProjectGateState.Open)
        {
            await Session.PutPreferenceAsync(PreferenceKeys.LastProject, project, leaving);
        }
    }

    private async Task RetryAsync() => await EnterAsync(ProjectId!);

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(LookAgain, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_leaving.Token))
            {
                await InvokeAsync(AgainAsync);
            }
        }
        catch (OperationCanceledException)
        {
            // The page is left.
        }
    }

    private async Task AgainAsync()
    {
        if (await _model.LookAgainAsync(Session, _leaving.Token))
        {
            StateHasChanged();
        }
    }

    // The next page does not wait for Keystone: its reads ask by themselves, and nothing of another project is in them.
    private void OnMoved(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(async () =>
    {
        try
        {
            await (_model.IsClosed ? EnterAsync(_model.ProjectId!) : AgainAsync());
            StateHasChanged();
        }
        catch (OperationCanceledException)
        {
            // The project is left.
        }
    });

    private void OnAuthenticationChanged(Task<AuthenticationState> changed) => _ = InvokeAsync(async () =>
    {
        if ((await changed).User.SessionId() is null)
        {
            _model.EndSession();
            StateHasChanged();
        }
    });
}
