using Microsoft.Playwright;
using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>Sign-in as a person sees it, in Chromium, over the whole portal and the sandbox.</summary>
[Trait("lane", "browser")]
public sealed class SignInBrowserTests : IAsyncLifetime
{
    private readonly List<string> violations = [];
    private PortalHost host = null!;
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    public async Task InitializeAsync()
    {
        host = await PortalHost.StartAsync();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        await browser.CloseAsync();
        playwright.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Person_SignsInAndPicksAProject_AndIsBroughtThereNextTime()
    {
        await using var context = await browser.NewContextAsync();
        var page = await OpenAsync(context, "/");
        await SignInAsync(page, "dana");

        await page.GetByRole(AriaRole.Heading, new() { Name = "Choose a project" }).WaitForAsync();
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "team-shop" }).ClickAsync();
        await page.WaitForURLAsync("**/p/*");
        var project = new Uri(page.Url).AbsolutePath;
        await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();

        var next = await OpenAsync(context, "/");
        await next.WaitForURLAsync($"**{project}");
        Assert.Empty(violations);
    }

    [Fact]
    public async Task PersonInOneProject_SignsIn_IsNotAskedWhichOne()
    {
        await using var context = await browser.NewContextAsync();
        var page = await OpenAsync(context, "/");

        await SignInAsync(page, "luca");

        await page.WaitForURLAsync("**/p/*");
    }

    [Fact]
    public async Task PersonInNoProject_SignsIn_IsToldWhoCanHelp()
    {
        await using var context = await browser.NewContextAsync();
        var page = await OpenAsync(context, "/");

        await SignInAsync(page, "remy");

        await page.GetByRole(AriaRole.Heading, new() { Name = "You are in no project yet" }).WaitForAsync();
        Assert.Contains("remy", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Empty(violations);
    }

    [Fact]
    public async Task ForeignProject_Opened_SaysThatItIsNotOpen()
    {
        await using var context = await browser.NewContextAsync();
        var page = await OpenAsync(context, "/p/0123456789abcdef0123456789abcdef/clusters");

        await SignInAsync(page, "mei");

        await page.GetByRole(AriaRole.Heading, new() { Name = "This project is not open to you" }).WaitForAsync();
    }

    [Fact]
    public async Task SignOut_InOneWindow_EndsTheOther()
    {
        await using var context = await browser.NewContextAsync();
        var first = await OpenAsync(context, "/");
        await SignInAsync(first, "luca");
        await first.WaitForURLAsync("**/p/*");
        var project = new Uri(first.Url).AbsolutePath;
        await first.GotoAsync($"{host.Url}{project}/clusters");
        await first.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();

        var second = await OpenAsync(context, $"{project}/clusters");
        await second.Locator("#user-menu, [popovertarget=user-menu]").First.ClickAsync();
        await second.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await second.GetByRole(AriaRole.Heading, new() { Name = "Signed out" }).First.WaitForAsync();

        await first.GetByText("Your session has ended").First.WaitForAsync();
        Assert.Empty(violations);
    }

    private static async Task SignInAsync(IPage page, string user)
    {
        await page.FillAsync("#login", user);
        await page.FillAsync("#password", "labpass");
        await page.PressAsync("#password", "Enter");
    }

    private async Task<IPage> OpenAsync(IBrowserContext context, string path)
    {
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase))
            {
                violations.Add(message.Text);
            }
        };
        await page.GotoAsync(host.Url + path);
        return page;
    }
}
