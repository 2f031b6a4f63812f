using Portal.Core.Live;

namespace Portal.Shared;

/// <summary>The nine silhouettes of states, as the inside of an SVG of 16 × 16 in the colour of the text.</summary>
public static class StateIcons
{
    /// <summary>Gives the shape of a kind of state.</summary>
    public static string Of(StateKind kind) => kind switch
    {
        StateKind.Ok => """<path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.6 5.3-4.2 4.5a.8.8 0 0 1-1.1 0L4.4 8.9a.75.75 0 1 1 1-1.1l1.4 1.4 3.7-3.9a.75.75 0 0 1 1.1 1Z" fill="currentColor"/>""",
        StateKind.Run => """<circle cx="8" cy="8" r="5.8" fill="none" stroke="currentColor" stroke-width="2" opacity=".28"/><path d="M8 2.2A5.8 5.8 0 0 1 13.8 8" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/><circle cx="8" cy="8" r="2" fill="currentColor"/>""",
        StateKind.Retry => """<path d="M13.4 7A5.6 5.6 0 0 0 3.3 4.9M2.6 9a5.6 5.6 0 0 0 10.1 2.1" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/><path d="M3.2 1.8v3.4h3.4M12.8 14.2v-3.4H9.4" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>""",
        StateKind.Wait => """<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 4.8V8l2.2 1.5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>""",
        StateKind.You => """<path d="M8 .9 15.1 8 8 15.1.9 8Z" fill="currentColor"/><path d="M8 4.6v4" stroke="var(--cp-surface)" stroke-width="1.8" stroke-linecap="round"/><circle cx="8" cy="11" r="1" fill="var(--cp-surface)"/>""",
        StateKind.Warn => """<path d="M8.9 1.9 15.2 13a1 1 0 0 1-.9 1.5H1.7A1 1 0 0 1 .8 13L7.1 1.9a1 1 0 0 1 1.8 0Z" fill="currentColor"/><path d="M8 5.8v3.6" stroke="var(--cp-surface)" stroke-width="1.7" stroke-linecap="round"/><circle cx="8" cy="11.8" r=".95" fill="var(--cp-surface)"/>""",
        StateKind.Fail => """<path d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2Z" fill="currentColor"/><path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" stroke="var(--cp-surface)" stroke-width="1.7" stroke-linecap="round"/>""",
        StateKind.Unknown => """<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.6 2.2"/><path d="M6.3 6.3c.1-1 .8-1.6 1.8-1.6s1.7.6 1.7 1.5c0 1.2-1.7 1.3-1.7 2.6" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/><circle cx="8" cy="11.2" r=".85" fill="currentColor"/>""",
        StateKind.Off => """<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="m3.9 12.1 8.2-8.2" stroke="currentColor" stroke-width="1.6"/>""",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There are nine kinds of state."),
    };
}
