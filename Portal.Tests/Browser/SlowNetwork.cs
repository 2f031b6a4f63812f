using System.Threading.Channels;
using Microsoft.Playwright;

namespace Portal.Tests.Browser;

/// <summary>The circuit of a browser over a far network: every message takes its time, none overtakes another.</summary>
internal static class SlowNetwork
{
    /// <summary>Makes the circuits of all pages that are opened from now on slow.</summary>
    public static Task UseAsync(IBrowserContext context, TimeSpan oneWay) =>
        context.RouteWebSocketAsync(url => url.Contains("/_blazor", StringComparison.Ordinal), page =>
        {
            var server = page.ConnectToServer();
            var up = Line(server);
            var down = Line(page);
            page.OnMessage(frame => up.TryWrite((DateTime.UtcNow + oneWay, frame)));
            server.OnMessage(frame => down.TryWrite((DateTime.UtcNow + oneWay, frame)));
        });

    private static ChannelWriter<(DateTime Due, IWebSocketFrame Frame)> Line(IWebSocketRoute target)
    {
        var line = Channel.CreateUnbounded<(DateTime Due, IWebSocketFrame Frame)>();
        _ = Task.Run(async () =>
        {
            await foreach (var (due, frame) in line.Reader.ReadAllAsync())
            {
                var left = due - DateTime.UtcNow;
                await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                if (frame.Binary is { } bytes)
                {
                    target.Send(bytes);
                }
                else
                {
                    target.Send(frame.Text!);
                }
            }
        });
        return line.Writer;
    }
}
