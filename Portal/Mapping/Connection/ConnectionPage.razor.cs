using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Registry.Verification;

namespace Portal.Mapping.Connection;

/// <summary>Tests the connection to the configured Harbor, for administrators of the platform.</summary>
public sealed partial class ConnectionPage : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private ConnectionModel _model = null!;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IConnectionTest Test { get; set; } = null!;

    /// <inheritdoc />
    public void Dispose()
    {
        // Whoever leaves stops the test; what it made is still taken away.
        _left.Cancel();
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override void OnInitialized() => _model = new ConnectionModel(Test, Scope);

    private Task RunAsync(bool readOnly) => _model.RunAsync(readOnly, () => _ = InvokeAsync(StateHasChanged), _left.Token);
}
