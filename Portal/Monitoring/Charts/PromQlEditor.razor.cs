using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Core.Monitoring.Metrics;
using Portal.Shared;

namespace Portal.Monitoring.Charts;

/// <summary>A field for PromQL: suggestions while typing, errors at their place.</summary>
public sealed partial class PromQlEditor : IAsyncDisposable
{
    private DotNetObjectReference<PromQlEditor>? _self;
    private ElementReference _host;
    private IJSObjectReference? _module;
    private IJSObjectReference? _editor;
    private string? _told;
    private QueryError? _shown;

    /// <summary>Gets or sets the expression of the address.</summary>
    [Parameter]
    public string? Text { get; set; }

    /// <summary>Gets or sets what Prometheus finds wrong, or null.</summary>
    [Parameter]
    public QueryError? Wrong { get; set; }

    /// <summary>Gets or sets whether an answer is awaited.</summary>
    [Parameter]
    public bool IsBusy { get; set; }

    /// <summary>Gets or sets what gives suggestions for a text and a caret.</summary>
    [Parameter, EditorRequired]
    public Func<string, int, Task<IReadOnlyList<Suggestion>>> Suggest { get; set; } = null!;

    /// <summary>Gets or sets what is told of an expression to run.</summary>
    [Parameter]
    public EventCallback<string> Run { get; set; }

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    private string Expression => Text ?? "";

    /// <summary>Gives the browser suggestions.</summary>
    [JSInvokable]
    public Task<IReadOnlyList<Suggestion>> SuggestAsync(string text, int caret) => Suggest(text, caret);

    /// <summary>Takes the expression to run from the browser.</summary>
    [JSInvokable]
    public Task RunAsync(string text) => text.Length <= ChartRoutes.LongestExpression ? Run.InvokeAsync(text) : Task.CompletedTask;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_editor is not null)
            {
                await _editor.InvokeVoidAsync("dispose");
                await _editor.DisposeAsync();
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

        _self?.Dispose();
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        try
        {
            if (_editor is null && firstRender)
            {
                _self = DotNetObjectReference.Create(this);
                _module = await Script.InvokeAsync<IJSObjectReference>("import", $"./{Assets["lib/charts.js"]}");
                _editor = await _module.InvokeAsync<IJSObjectReference>("edit", _host, _self);
            }

            if (_editor is not null && (_told != Expression || _shown != Wrong))
            {
                (_told, _shown) = (Expression, Wrong);
                await _editor.InvokeVoidAsync("tell", Expression, Wrong?.Offset);
            }
        }
        catch (JSDisconnectedException)
        {
            // The page was left.
        }
    }

    private static string Words(QueryError wrong, string expression) => wrong.Offset is { } offset
        ? Sentence.With(ChartsText.WrongAt, ("line", expression[..Math.Min(offset, expression.Length)].Count(c => c == '\n') + 1), ("column", ColumnOf(expression, offset) + 1), ("what", wrong.Message))
        : Sentence.With(ChartsText.Wrong, ("what", wrong.Message));

    private static int ColumnOf(string expression, int offset) => offset == 0 ? 0 : offset - (expression.LastIndexOf('\n', Math.Min(offset, expression.Length) - 1) + 1);

    private string Words(QueryError wrong) => Words(wrong, Expression);

    private int Column(int offset) => ColumnOf(Expression, offset);

    private string LineOf(int offset)
    {
        var start = offset - Column(offset);
        var end = Expression.IndexOf('\n', Math.Min(start, Expression.Length));
        return end < 0 ? Expression[Math.Min(start, Expression.Length)..] : Expression[start..end];
    }
}
