using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;

namespace Portal.Tests.Sandbox;

/// <summary>Bare requests to a sandbox's Keystone.</summary>
internal sealed class KeystoneCaller(SandboxHost sandbox) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = new Uri(sandbox.Context.Address("keystone")) };

    public string LastToken { get; private set; } = "";

    public string? LastRefreshToken { get; private set; }

    public Task<(HttpStatusCode Status, JsonObject Body)> PasswordAsync(string user, string project) => LogInAsync(
        new JsonObject { ["methods"] = new JsonArray("password"), ["password"] = new JsonObject { ["user"] = new JsonObject { ["name"] = user, ["domain"] = new JsonObject { ["id"] = "default" }, ["password"] = sandbox.Context.Options.Password } } },
        project);

    public async Task<(HttpStatusCode Status, string Token)> ScopeAsync(string token, string project)
    {
        var (status, _) = await LogInAsync(new JsonObject { ["methods"] = new JsonArray("token"), ["token"] = new JsonObject { ["id"] = token } }, project);
        return (status, LastToken);
    }

    public async Task<HttpResponseMessage> TryExchangeAsync(string login, string? audience)
    {
        using var person = new OpenIdPerson(sandbox.Context.Address("oidc"));
        var tokens = await person.SignInAsync(login, resource: audience, password: sandbox.Context.Options.Password);
        LastRefreshToken = tokens["refresh_token"]?.GetValue<string>();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v3/OS-FEDERATION/identity_providers/lab/protocols/openid/auth");
        request.Headers.Authorization = new("Bearer", tokens["access_token"]!.GetValue<string>());
        return await http.SendAsync(request);
    }

    public async Task<string> ExchangeAsync(string login)
    {
        using var answer = await TryExchangeAsync(login, null);
        answer.EnsureSuccessStatusCode();
        return answer.Headers.GetValues("X-Subject-Token").Single();
    }

    public async Task<JsonObject> GetAsync(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "X-Auth-Token", token } } };
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    public async Task<JsonObject> PostAsync(string path, JsonObject body, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { { "X-Auth-Token", token } }, Content = JsonContent.Create(body) };
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    public async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, string token)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { { "X-Auth-Token", token } } };
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    public void Dispose() => http.Dispose();

    private async Task<(HttpStatusCode Status, JsonObject Body)> LogInAsync(JsonObject identity, string project)
    {
        var owner = project == "admin" ? "Default" : "tenants";
        var scope = new JsonObject { ["project"] = new JsonObject { ["name"] = project, ["domain"] = new JsonObject { ["name"] = owner } } };
        using var answer = await http.PostAsJsonAsync("/v3/auth/tokens", new JsonObject { ["auth"] = new JsonObject { ["identity"] = identity, ["scope"] = scope } });
        LastToken = answer.Headers.TryGetValues("X-Subject-Token", out var tokens) ? tokens.Single() : "";
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonObject>())!);
    }
}
