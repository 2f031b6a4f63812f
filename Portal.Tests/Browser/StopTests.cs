using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Browser;

/// <summary>The portal ends while people look at it.</summary>
[Trait("lane", "browser")]
public sealed class StopTests
{
    [Fact]
    public async Task Portal_StoppedWhileBrowsersHoldCircuits_LogsNoFailure()
    {
        using var failures = new Failures();
        var host = await PortalHost.StartAsync(sandbox: new SandboxOptions { Pace = 200 }, configure: builder => builder.Logging.AddProvider(failures));
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await Chromium.LaunchAsync(playwright);
        var context = await chromium.NewContextAsync(new() { BaseURL = host.Url });
        context.SetDefaultTimeout(120_000);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/");
        await page.Locator("input[name=login]").FillAsync("luca");
        await page.Locator("input[name=password]").FillAsync("labpass");
        await page.Locator("input[name=password]").PressAsync("Enter");
        await HeadingAsync(page, "team-shop");
        var home = new Uri(page.Url).AbsolutePath;
        foreach (var path in new[] { "", "/clusters", "/clusters/create", "/activity" })
        {
            var tab = await context.NewPageAsync();
            await tab.GotoAsync(home + path);
            await tab.GetByRole(AriaRole.Heading, new() { Level = 1 }).First.WaitForAsync();
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        await host.DisposeAsync();
        Assert.True(failures.Lines.IsEmpty, $"{watch.Elapsed.TotalSeconds:0} s\n" + string.Join("\n", failures.Lines));
    }

    private static Task HeadingAsync(IPage page, string name) => page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true, Level = 1 }).WaitForAsync();

    private sealed class Failures : ILoggerProvider
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Named(categoryName, Lines);

        public void Dispose()
        {
        }

        private sealed class Named(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                {
                    lines.Enqueue($"{category}: {formatter(state, exception)} {exception}");
                }
            }
        }
    }
}
