using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Shared.Ranges;

namespace Portal.Monitoring.Charts;

/// <summary>Charts drawn by the browser. They fetch their numbers themselves; only what is to be drawn goes over the circuit.</summary>
public sealed partial class ChartBoard : IAsyncDisposable
{
    private DotNetObjectReference<ChartBoard>? _self;
    private ElementReference _host;
    private IJSObjectReference? _module;
    private IJSObjectReference? _board;
    private ChartBoardSpec? _drawn;

    /// <summary>Gets or sets what is drawn.</summary>
    [Parameter, EditorRequired]
    public ChartBoardSpec Spec { get; set; } = null!;

    /// <summary>Gets or sets what is told of a range that was drawn over a chart.</summary>
    [Parameter]
    public EventCallback<TimeRange> Zoomed { get; set; }

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    /// <summary>Takes a range from the browser, in Unix seconds.</summary>
    [JSInvokable]
    public Task ZoomAsync(double from, double to) => double.IsFinite(from) && double.IsFinite(to) && from > 0 && to > from && to < 32_503_680_000
        ? Zoomed.InvokeAsync(TimeRange.Between(DateTimeOffset.FromUnixTimeSeconds((long)from), DateTimeOffset.FromUnixTimeSeconds((long)Math.Ceiling(to))))
        : Task.CompletedTask;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_board is not null)
            {
                await _board.InvokeVoidAsync("dispose");
                await _board.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or JSException or OperationCanceledException)
        {
            // The browser is gone, and the charts with it.
        }

        _self?.Dispose();
    }

    /// <inheritdoc />
    protected override bool ShouldRender() => Spec != _drawn;

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_drawn == Spec)
        {
            return;
        }

        _drawn = Spec;
        try
        {
            if (_board is null)
            {
                _module ??= await Script.InvokeAsync<IJSObjectReference>("import", $"./{Assets["lib/charts.js"]}");
                _self ??= DotNetObjectReference.Create(this);
                _board ??= await _module.InvokeAsync<IJSObjectReference>("open", _host, _self, ChartBoardTexts.All);
            }

            if (_board is not null)
            {
                await _board.InvokeVoidAsync("show", _drawn);
            }
        }
        catch (JSDisconnectedException)
        {
            // The page was left while it was drawn.
        }
    }
}
