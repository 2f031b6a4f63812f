using Microsoft.JSInterop;

namespace Portal.Shared.Ranges;

/// <summary>The time zone of the person's browser, asked once for each circuit. Until it is known, and where it is no zone of this machine, times are UTC.</summary>
public sealed class BrowserZone(IJSRuntime script)
{
    private Task<TimeZoneInfo>? _asked;

    /// <summary>Gets the zone as far as it is known.</summary>
    public TimeZoneInfo Zone => _asked is { IsCompletedSuccessfully: true } known ? known.Result : TimeZoneInfo.Utc;

    /// <summary>Asks the browser; only after the first drawing.</summary>
    public Task<TimeZoneInfo> FindAsync() => _asked ??= AskAsync();

    private async Task<TimeZoneInfo> AskAsync()
    {
        try
        {
            var id = await script.InvokeAsync<string?>("portal.zone");
            return id is not null && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : TimeZoneInfo.Utc;
        }
        catch (Exception e) when (e is JSException or JSDisconnectedException or OperationCanceledException)
        {
            return TimeZoneInfo.Utc;
        }
    }
}
