using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Core.Live;
using Portal.Shared;

namespace Portal.Monitoring.Grafana;

/// <summary>Where a dashboard's file is pasted or chosen. It is longer than a message of the circuit may be, so it comes as a stream when it is wanted.</summary>
public sealed partial class ImportForm : IAsyncDisposable
{
    private const int MostBytes = 1024 * 1024;
    private ElementReference _host;
    private IJSObjectReference? _module;
    private IJSObjectReference? _paste;

    /// <summary>Gets or sets the model.</summary>
    [Parameter, EditorRequired]
    public ImportModel Model { get; set; } = null!;

    /// <summary>Gets or sets what looks at a file; null is one that is too long.</summary>
    [Parameter, EditorRequired]
    public Func<string?, Task> Check { get; set; } = null!;

    /// <summary>Gets or sets what keeps it, and says whether it did.</summary>
    [Parameter, EditorRequired]
    public Func<string?, Task<bool>> Save { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_paste is not null)
            {
                await _paste.InvokeVoidAsync("dispose");
                await _paste.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or JSException or OperationCanceledException)
        {
            // The browser is gone.
        }
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        try
        {
            _module = await Script.InvokeAsync<IJSObjectReference>("import", $"./{Assets["lib/charts.js"]}");
            _paste = await _module.InvokeAsync<IJSObjectReference>("paste", _host);
        }
        catch (JSDisconnectedException)
        {
            // The page was left.
        }
    }

    private async Task CheckAsync()
    {
        if (_paste is not null)
        {
            await Check(await ReadAsync(_paste));
        }
    }

    private async Task SaveAsync()
    {
        if (_paste is not null && await Save(await ReadAsync(_paste)))
        {
            await _paste.InvokeVoidAsync("clear");
        }
    }

    private static async Task<string?> ReadAsync(IJSObjectReference paste)
    {
        await using var reference = await paste.InvokeAsync<IJSStreamReference>("read", MostBytes);
        if (reference.Length > MostBytes)
        {
            return null;
        }

        await using var stream = await reference.OpenReadStreamAsync(MostBytes);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    private string ClassOf(string field) => Model.ErrorsOf(field).Any() ? "tx er" : "tx";

    private RenderFragment Errors(string field) => builder =>
    {
        builder.OpenElement(0, "div");
        builder.AddAttribute(1, "class", "hp");
        builder.AddAttribute(2, "id", $"dashboard-{field}-error");
        builder.AddAttribute(3, "role", "alert");
        foreach (var error in Model.ErrorsOf(field))
        {
            builder.OpenComponent<StateLabel>(4);
            builder.AddComponentParameter(5, nameof(StateLabel.State), new StateWord(StateKind.Fail, GrafanaWords.Tell(error)));
            builder.CloseComponent();
        }

        builder.CloseElement();
    };
}
