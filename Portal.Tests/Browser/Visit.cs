using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Portal.Core.Provisioning;
using Portal.Provisioning;
using Portal.Shell;

namespace Portal.Tests.Browser;

/// <summary>One person at one browser: what goes wrong in the page is kept, and every page can be looked at strictly.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private const string ReportViolations =
        "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));";

    private readonly VisitedPortal portal;
    private readonly IBrowserContext context;

    private Visit(VisitedPortal portal, IBrowserContext context, IPage page)
    {
        this.portal = portal;
        this.context = context;
        Page = page;
    }

    public IPage Page { get; }

    public IBrowserContext Context => context;

    /// <summary>Gets what the browser complained about.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    public static async Task<Visit> OpenAsync(VisitedPortal portal, IBrowserContext context)
    {
        await context.AddInitScriptAsync(ReportViolations);
        var visit = new Visit(portal, context, await context.NewPageAsync());
        visit.Listen(visit.Page);
        return visit;
    }

    /// <summary>Opens another tab of the same browser.</summary>
    public async Task<IPage> NewTabAsync(string path)
    {
        var tab = await context.NewPageAsync();
        Listen(tab);
        await tab.GotoAsync(path);
        return tab;
    }

    /// <summary>Opens a page as somebody who is not signed in, and signs in at the provider.</summary>
    public async Task SignInAsync(string user, string path)
    {
        await Page.GotoAsync(path);
        await FillSignInAsync(user);
        await LiveAsync();
    }

    /// <summary>Fills in the provider's page.</summary>
    public async Task FillSignInAsync(string user)
    {
        await Page.WaitForURLAsync(portal.SignInPage);
        await Page.Locator("input[name=login]").FillAsync(user);
        await Page.Locator("input[name=password]").FillAsync(portal.Password);
        await Page.Locator("input[name=password]").PressAsync("Enter");
        await Page.WaitForURLAsync(url => url.StartsWith(portal.Url, StringComparison.Ordinal));
    }

    /// <summary>Waits until the page is there and answers to clicks.</summary>
    public Task LiveAsync() => Page.Locator(".app h1").First.WaitForAsync();

    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await LiveAsync();
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    /// <summary>Gives the row of a table that has the text.</summary>
    public ILocator Row(string text) => Page.GetByRole(AriaRole.Row).Filter(new() { Has = Page.GetByText(text, new() { Exact = true }) });

    public Task SeesAsync(string text) => Assertions.Expect(Page.GetByText(text).Filter(new() { Visible = true }).First).ToBeVisibleAsync();

    /// <summary>Waits on a plan's page until the plan itself has come to the state; its steps are shown with the same words.</summary>
    public Task SeesPlanAsync(PlanState state, float milliseconds = 240_000) =>
        Assertions.Expect(Page.Locator(".head")).ToContainTextAsync(Words.Of(PlansText.ResourceManager, $"State.{state}"), new() { Timeout = milliseconds });

    public Task SeesHeadingAsync(string text) => Assertions.Expect(Heading(text)).ToBeVisibleAsync();

    /// <summary>Signs out through the menu.</summary>
    public async Task SignOutAsync()
    {
        await Page.Locator("button[popovertarget=user-menu]").ClickAsync();
        await Button(ShellText.SignOut).ClickAsync();
    }

    /// <summary>Looks at the page strictly: no complaint of the browser, no serious finding of axe, no sideways scrolling on a phone. PORTAL_SHOTS names a folder for pictures of it.</summary>
    public async Task CheckAsync(string where, bool contrastOnly = false)
    {
        await ShootAsync(where);

        // A button that has just been enabled is still on its way from grey: axe would measure a colour that nobody sees.
        await Page.EvaluateAsync("() => Promise.allSettled(document.getAnimations().filter(a => a.playState === 'running' && Number.isFinite(a.effect?.getComputedTiming().endTime)).map(a => a.finished)).then(() => true)");
        var axe = await (contrastOnly ? Page.RunAxe(new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] } }) : Page.RunAxe());
        var serious = axe.Violations.Where(v => v.Impact is "serious" or "critical")
            .Select(v => $"{v.Id}: {v.Help} — {string.Join(" | ", v.Nodes.Take(4).Select(n => n.Html))}").ToList();
        Assert.True(serious.Count == 0, $"{where}: axe finds\n{string.Join('\n', serious)}");
        NoComplaints(where);
        await NoSidewaysAsync(where);
    }

    /// <summary>Fails when the browser complained.</summary>
    public void NoComplaints(string where)
    {
        Assert.True(Complaints.IsEmpty, $"{where}: the browser complains\n{string.Join('\n', Complaints)}");
    }

    /// <summary>Leaves a page whose portal was taken away, with everything that its browser said about that.</summary>
    public async Task LeaveAsync()
    {
        await Page.GotoAsync("about:blank");
        Complaints.Clear();
    }

    public async ValueTask DisposeAsync() => await context.DisposeAsync();

    private async Task ShootAsync(string where)
    {
        if (Environment.GetEnvironmentVariable("PORTAL_SHOTS") is not { Length: > 0 } folder)
        {
            return;
        }

        var before = Page.ViewportSize!;
        var isDark = await Page.EvaluateAsync<bool>("() => matchMedia('(prefers-color-scheme: dark)').matches");
        foreach (var (width, theme) in new[] { (1440, ColorScheme.Light), (1440, ColorScheme.Dark), (390, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            await Page.SetViewportSizeAsync(width, 844);
            await Page.EmulateMediaAsync(new() { ColorScheme = theme });
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, "checked", $"{where}-{width}-{theme}.png") });
        }

        await Page.EmulateMediaAsync(new() { ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light });
        await Page.SetViewportSizeAsync(before.Width, before.Height);
    }

    private async Task NoSidewaysAsync(string where)
    {
        var before = Page.ViewportSize!;
        await Page.SetViewportSizeAsync(390, 844);
        var wide = await Page.EvaluateAsync<string?>(
            """
            () => document.documentElement.scrollWidth <= innerWidth ? null
                : [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility()).slice(0, 3).map(e => e.outerHTML.slice(0, 160)).join(' | ') || 'unknown'
            """);
        await Page.SetViewportSizeAsync(before.Width, before.Height);
        Assert.True(wide is null, $"{where}: scrolls sideways at 390 px because of {wide}");
    }

    private void Listen(IPage page)
    {
        page.Console += (_, message) =>
        {
            if (message.Type is "error")
            {
                Complaints.Enqueue($"{message.Text} ({message.Location} {page.Url})");
            }
        };
        page.PageError += (_, error) => Complaints.Enqueue($"page error {error} ({page.Url})");
    }
}
