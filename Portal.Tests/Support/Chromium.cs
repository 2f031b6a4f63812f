using Microsoft.Playwright;

namespace Portal.Tests.Support;

/// <summary>Debian's Chromium, without a screen and without talk to the outside.</summary>
internal static class Chromium
{
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    /// <summary>Starts it.</summary>
    /// <param name="playwright">Who drives it.</param>
    /// <param name="more">Further arguments.</param>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright, params string[] more) =>
        playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = [.. Arguments, .. more] });
}
