using Portal.Core.Clusters;

namespace Portal.Clusters.Details;

/// <summary>Which of a stack's events are shown: those that fit the words and the choice, newest first, a page at a time.</summary>
public sealed class EventsModel(IReadOnlyList<StackEvent> events)
{
    private const int Page = 40;
    private int pages = 1;

    /// <summary>Gets or sets the words that an event must have in its resource, its status or what Heat says.</summary>
    public string Filter { get; set; } = "";

    /// <summary>Gets or sets whether only failures are shown.</summary>
    public bool OnlyFailed { get; set; }

    /// <summary>Gets how many there are.</summary>
    public int Count => events.Count;

    /// <summary>Gets how many of them tell of a failure.</summary>
    public int FailedCount => events.Count(IsFailed);

    /// <summary>Gets the events of the pages so far.</summary>
    public IReadOnlyList<StackEvent> Shown => [.. Matching.Take(pages * Page)];

    /// <summary>Gets how many more there are.</summary>
    public int Left => Math.Max(0, Matching.Count() - (pages * Page));

    private IEnumerable<StackEvent> Matching => events.Where(e => (!OnlyFailed || IsFailed(e)) && Fits(e));

    /// <summary>Shows another page.</summary>
    public void More() => pages++;

    /// <summary>Shows everything again.</summary>
    public void Clear() => (Filter, OnlyFailed) = ("", false);

    private static bool IsFailed(StackEvent e) => e.Status.EndsWith("_FAILED", StringComparison.Ordinal);

    private bool Fits(StackEvent e)
    {
        var words = Filter.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.All(word => new[] { e.LogicalId, e.Status, e.StatusReason }.Any(text => text.Contains(word, StringComparison.CurrentCultureIgnoreCase)));
    }
}
