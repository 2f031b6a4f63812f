using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Portal.Shell;

/// <summary>Names the project and leads to the person's others.</summary>
public sealed partial class ProjectSwitcher : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private readonly ProjectSwitcherModel _model = new();

    /// <summary>Gets or sets the project that is open, or null.</summary>
    [Parameter, EditorRequired]
    public string? ProjectId { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState>? State { get; set; }

    /// <inheritdoc />
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var session = State is null ? null : (await State).User.FindFirst(ShellClaims.Session)?.Value;
        if (session is not null)
        {
            await _model.LoadAsync(Sessions, session, _left.Token);
        }
    }
}
