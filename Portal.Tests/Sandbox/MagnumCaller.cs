using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>Bare requests to the services behind a sandbox's Keystone, as one user in one project.</summary>
internal sealed class MagnumCaller(SandboxHost sandbox, string token) : IDisposable
{
    private readonly HttpClient http = new();

    /// <summary>Signs a federated user in, and into a project.</summary>
    public static async Task<MagnumCaller> AsAsync(SandboxHost sandbox, string user, string project)
    {
        using var keystone = new KeystoneCaller(sandbox);
        var (status, token) = await keystone.ScopeAsync(await keystone.ExchangeAsync(user), project);
        Assert.Equal(HttpStatusCode.Created, status);
        return new MagnumCaller(sandbox, token);
    }

    /// <summary>Logs the service user in, into a project.</summary>
    public static async Task<MagnumCaller> AsServiceAsync(SandboxHost sandbox, string project)
    {
        using var keystone = new KeystoneCaller(sandbox);
        await keystone.PasswordAsync("portal", project);
        return new MagnumCaller(sandbox, keystone.LastToken);
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, JsonNode? body = null, string service = "magnum", string version = "container-infra latest")
    {
        using var request = new HttpRequestMessage(method, sandbox.Context.Address(service) + path);
        request.Headers.Add("X-Auth-Token", token);
        request.Headers.Add("OpenStack-API-Version", version);
        request.Content = body is null ? null : JsonContent.Create(body);
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null);
    }

    public async Task<JsonNode> GetAsync(string path, string service = "magnum")
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path, null, service);
        Assert.Equal(HttpStatusCode.OK, status);
        return body!;
    }

    /// <summary>Creates a cluster and gives its uuid.</summary>
    public async Task<string> CreateAsync(string name, string template = "k8s-1.31-small", int nodes = 1, JsonObject? labels = null, int minutes = 60)
    {
        var wish = new JsonObject { ["name"] = name, ["cluster_template_id"] = template, ["master_count"] = 1, ["node_count"] = nodes, ["create_timeout"] = minutes };
        if (labels is not null)
        {
            wish["labels"] = labels;
            wish["merge_labels"] = true;
        }

        var (status, body) = await SendAsync(HttpMethod.Post, "/v1/clusters", wish);
        Assert.True(status == HttpStatusCode.Accepted, body?.ToJsonString());
        return body!["uuid"]!.GetValue<string>();
    }

    /// <summary>Waits for a status, while simulated time passes.</summary>
    public async Task<JsonNode> WaitAsync(string uuid, params string[] statuses)
    {
        JsonNode? cluster = null;
        await Eventually.TrueAsync(
            async () =>
            {
                await sandbox.AdvanceAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
                cluster = await GetAsync("/v1/clusters/" + uuid);
                return statuses.Contains(cluster["status"]!.GetValue<string>());
            },
            string.Join(" or ", statuses));
        return cluster!;
    }

    public async Task<string> FailedReasonAsync(JsonNode cluster)
    {
        var project = cluster["project_id"]!.GetValue<string>();
        var stacks = await GetAsync($"/v1/{project}/stacks?id={cluster["stack_id"]}", "heat");
        var stack = stacks["stacks"]!.AsArray().Single()!;
        var resources = await GetAsync($"/v1/{project}/stacks/{stack["stack_name"]}/{stack["id"]}/resources?nested_depth=4&status=FAILED", "heat");
        return resources["resources"]!.AsArray().Select(r => r!["resource_status_reason"]!.GetValue<string>())
            .Last(r => !r.Contains("user triggered cancel", StringComparison.Ordinal));
    }

    public void Dispose() => http.Dispose();
}
