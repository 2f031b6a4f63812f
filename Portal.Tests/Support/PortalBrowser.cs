using System.Net;

namespace Portal.Tests.Support;

/// <summary>A browser as far as HTTP goes: cookies, redirects, forms.</summary>
internal sealed class PortalBrowser(string url) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = true, MaxAutomaticRedirections = 20 })
    {
        BaseAddress = new Uri(url),
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>Opens a page and follows where it leads, through the provider's sign-in page as <paramref name="user"/> if it comes.</summary>
    public async Task<HttpResponseMessage> SignInAsync(string user, string path = "/projects", string password = "labpass")
    {
        var page = await http.GetAsync(path);
        if (!page.RequestMessage!.RequestUri!.AbsolutePath.EndsWith("/signin", StringComparison.Ordinal))
        {
            return page;
        }

        using var form = new FormUrlEncodedContent([new("login", user), new("password", password)]);
        return await http.PostAsync(page.RequestMessage.RequestUri, form);
    }

    public Task<HttpResponseMessage> GetAsync(string path) => http.GetAsync(path);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => http.SendAsync(request);

    /// <summary>Signs out as the form in the header does.</summary>
    public async Task<HttpResponseMessage> SignOutAsync()
    {
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", await AntiforgeryTokenAsync())]);
        return await http.PostAsync("/sign-out", form);
    }

    /// <summary>Gives where a response came from at last.</summary>
    public static string PathOf(HttpResponseMessage response) => response.RequestMessage!.RequestUri!.PathAndQuery;

    public void Dispose() => http.Dispose();

    private Task<string> AntiforgeryTokenAsync() => http.GetStringAsync(AntiforgeryForTests.Path);
}
