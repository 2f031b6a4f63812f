using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Portal.Sandbox.OpenId;

/// <summary>The provider's pages: plain HTML, no script, readable in light and dark.</summary>
internal static class SignInPage
{
    private const string Style = """
        :root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 22%, Canvas); --soft: color-mix(in srgb, CanvasText 6%, Canvas); }
        * { box-sizing: border-box; }
        body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: var(--soft); color: CanvasText; }
        main { max-width: 30rem; margin: 6vh auto; padding: 1.5rem; background: Canvas; border: 1px solid var(--line); border-radius: .75rem; }
        h1 { font-size: 1.35rem; margin: 0 0 .25rem; } h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; } p { margin: 0 0 1rem; }
        label { display: block; font-weight: 600; margin-top: .75rem; }
        input { width: 100%; font: inherit; padding: .5rem .6rem; border: 1px solid var(--line); border-radius: .4rem; background: Canvas; color: CanvasText; }
        button { font: inherit; cursor: pointer; border-radius: .4rem; border: 1px solid var(--line); background: var(--soft); color: CanvasText; padding: .5rem .9rem; min-height: 2.75rem; }
        button:focus-visible, input:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
        .go { margin-top: 1rem; width: 100%; font-weight: 600; background: #0b57d0; border-color: #0b57d0; color: #fff; }
        .people button { display: block; width: 100%; text-align: left; margin: .35rem 0; } .people small { display: block; }
        .error { border-left: 4px solid #b3261e; padding: .4rem .75rem; background: var(--soft); }
        """;

    public static string Write(IReadOnlyList<OpenIdUser> users, string returnTo, string? message, string login)
    {
        var action = "/signin" + QueryString.Create("return", returnTo);
        var page = new StringBuilder();
        page.Append("<h1>Sign in</h1>\n<p>The sandbox's identity provider. Nothing here is real.</p>\n");
        if (message is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"error\" role=\"alert\">{Text(message)}</p>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"""
            <form method="post" action="{Text(action)}">
            <label for="login">User</label>
            <input id="login" name="login" value="{Text(login)}" autocomplete="username" required autofocus>
            <label for="password">Password</label>
            <input id="password" name="password" type="password" autocomplete="current-password" required>
            <button class="go" type="submit">Sign in</button>
            </form>
            <h2 id="people">Or be one of these</h2>
            <form class="people" method="post" action="{Text(action)}" aria-labelledby="people">

            """);
        foreach (var user in users)
        {
            page.Append(CultureInfo.InvariantCulture, $"<button type=\"submit\" name=\"pick\" value=\"{Text(user.Login)}\"><strong>{Text(user.FullName)}</strong> ({Text(user.Login)})<small>{Text(About(user))}</small></button>\n");
        }

        return Frame("Sign in", page.Append("</form>\n").ToString());
    }

    public static string Front(IReadOnlyList<OpenIdUser> users) => Frame(
        "Identity provider",
        $"<h1>The sandbox's identity provider</h1>\n<p>It has {users.Count} users. Go to the portal to sign in.</p>\n");

    public static string SignedOut() => Frame("Signed out", "<h1>Signed out</h1>\n<p>You are signed out of the identity provider.</p>\n");

    private static string About(OpenIdUser user) =>
        user.About.Length > 0 ? user.About : user.Groups.Count > 0 ? "Groups: " + string.Join(", ", user.Groups) : "In no group.";

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);

    private static string Frame(string title, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:,"><title>{title}</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        <main>
        {body}</main>
        </body>
        </html>
        """;
}
