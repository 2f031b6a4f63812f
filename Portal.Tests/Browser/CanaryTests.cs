using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Portal.Clusters.Details;
using Portal.Core.Identity.Sessions;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Storage;

namespace Portal.Tests.Browser;

/// <summary>
/// No secret leaves its place in a whole run: sign-in, a cluster that becomes a platform, a kubeconfig. Looked at are the
/// log (Debug), the traces, every address, every answer, every frame of the circuit, and the data folder.
/// </summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class CanaryTests(PortalWorld world)
{
    // In Development it lies beside what it locks; a real site is refused that.
    private string MasterKey => System.IO.Path.Combine(world.Host.DataFolder, "master.key");

    [Fact]
    public async Task Secrets_InAWholeRun_AppearNowhereButInTheOneReveal()
    {
        var cluster = await world.ReadyClusterAsync();
        var path = world.Path("team-shop", $"/clusters/{cluster.ClusterId}");
        await using var visit = await world.VisitAsync();
        var wire = new Wire(visit.Page);
        await visit.SignInAsync("luca", path);
        foreach (var tab in new[] { "", "?tab=nodes", "?tab=addons", "?tab=events", "?tab=plans", "?tab=activity" })
        {
            await visit.GoAsync(path + tab);
        }

        await visit.GoAsync(world.Path("team-shop", $"/plans/{cluster.PlanId}?step=cluster.registry-secret"));
        await visit.GoAsync(world.Path("team-shop", "/activity"));
        var token = await RevealAsync(visit, path);
        var reveal = await wire.EndAsync();
        var secrets = await SecretsAsync(cluster.ClusterId);

        Assert.Contains(token, reveal, StringComparison.Ordinal);
        foreach (var (name, secret) in secrets)
        {
            Missing(name, secret, "an address, an answer or a frame", reveal);
        }

        await visit.GoAsync(path + "?tab=access");
        await visit.GoAsync(world.Path("team-shop", "/activity"));
        Missing("kubeconfig token", token, "what came after the reveal", await wire.EndAsync());
        secrets["kubeconfig token"] = token;
        foreach (var cookie in (await visit.Context.CookiesAsync()).Where(c => c.Name.Contains("portal", StringComparison.Ordinal) && c.Value.Length >= 20))
        {
            // In its header it has to be, and nowhere else.
            secrets["cookie " + cookie.Name] = cookie.Value;
        }

        Assert.Contains("cookie portal", string.Join(' ', secrets.Keys), StringComparison.Ordinal);
        await EverywhereElseAsync(secrets, cluster.ClusterId);
    }

    private static async Task<string> RevealAsync(Visit visit, string path)
    {
        await visit.GoAsync(path + "?tab=access");
        await visit.Button(AccessText.Make).ClickAsync();
        await visit.Page.GetByText(AccessText.Show, new() { Exact = true }).ClickAsync();
        var config = JsonNode.Parse(await visit.Page.Locator("#kubeconfig-text").InnerTextAsync())!;
        return (string)config["users"]![0]!["user"]!["token"]!;
    }

    private async Task EverywhereElseAsync(Dictionary<string, string> secrets, string clusterId)
    {
        var (log, traces, files) = (world.Evidence.Log(), world.Evidence.Traces(), DataFolder());
        // What is looked through is really there: the plan's end, the sign-in at Debug, the steps' spans, the documents.
        Assert.Contains($"of cluster/{clusterId}) is Done", log, StringComparison.Ordinal);
        Assert.Contains("Microsoft.AspNetCore.Authentication", log, StringComparison.Ordinal);
        Assert.Contains("step cluster.bootstrap", traces, StringComparison.Ordinal);
        Assert.Contains(clusterId, files, StringComparison.Ordinal);
        foreach (var (name, secret) in secrets)
        {
            Missing(name, secret, "the log", log);
            Missing(name, secret, "the traces", traces);
            Missing(name, secret, "the data folder", files);
        }
    }

    // All that the portal holds in secret, told by the portal itself.
    private async Task<Dictionary<string, string>> SecretsAsync(string clusterId)
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["password of the service user and of Harbor's account"] = PortalWorld.Password,
            ["client secret"] = "portal-secret",
        };
        var store = world.Host.Get<SessionStore>();
        foreach (var session in await world.Host.Get<IDocumentStore>().ListAsync(SessionDocument.Type, null, CancellationToken.None))
        {
            var held = store.Secrets((await store.FindAsync(session.Id, CancellationToken.None))!);
            secrets[$"access token of {session.Id}"] = held.Provider.AccessToken;
            secrets[$"refresh token of {session.Id}"] = held.Provider.RefreshToken ?? Guid.NewGuid().ToString();
            foreach (var (number, token) in held.Tokens.Index())
            {
                secrets[$"Keystone token {number} of {session.Id}"] = token.Value;
            }
        }

        var scope = await world.ScopeAsync("team-shop");
        secrets["service user's token"] = (await scope.Tokens.GetTokenAsync(CancellationToken.None)).Value;
        var robot = await world.Host.Get<IMappingService>().GetPullCredentialAsync(scope, "test", CancellationToken.None);
        secrets["robot's secret"] = robot!.Password;
        secrets["robot's secret in base64"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{robot.UserName}:{robot.Password}"));
        var keys = world.Host.Get<MappingStore>();
        var mapping = (await keys.FindAsync(scope.ProjectId, CancellationToken.None))!;
        secrets["push robot's secret"] = keys.Open(scope.ProjectId, "push", mapping.Push.Secret)!;
        secrets["password of the project's Harbor user"] = keys.Open(scope.ProjectId, "user", mapping.Password)!;
        secrets["master key"] = (await File.ReadAllTextAsync(MasterKey)).Trim().Split(':')[^1];
        var identity = await world.Host.Get<IClusterAccessStore>().FindAsync(new ClusterKey(scope.Region, scope.ProjectId, clusterId), CancellationToken.None);
        secrets["the portal's key in the cluster"] = identity!.PrivateKeyPem.Split('\n')[1].Trim();
        return secrets;
    }

    private string DataFolder()
    {
        var all = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(world.Host.DataFolder, "*", SearchOption.AllDirectories).Where(f => f != MasterKey && !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            all.Append(reader.ReadToEnd());
        }

        return all.ToString();
    }

    private static void Missing(string name, string secret, string where, string text)
    {
        Assert.True(secret.Length >= 10, $"{name} is too short to be looked for");
        var at = text.IndexOf(secret, StringComparison.Ordinal);
        Assert.True(at < 0, at < 0 ? "" : $"{name} is in {where}: …{text[Math.Max(0, at - 120)..at]}[it]");
    }

    /// <summary>What goes between the browser and the portal, and nobody else: addresses, answers, frames of the circuit.</summary>
    private sealed class Wire
    {
        private readonly StringBuilder all = new();
        private readonly List<Task> reading = [];
        private readonly Lock gate = new();

        public Wire(IPage page)
        {
            page.Request += (_, request) => Add(request.Url);
            page.Response += (_, response) =>
            {
                lock (gate)
                {
                    reading.Add(ReadAsync(response));
                }
            };
            page.WebSocket += (_, socket) =>
            {
                Add(socket.Url);
                socket.FrameReceived += (_, frame) => Add(Text(frame));
                socket.FrameSent += (_, frame) => Add(Text(frame));
            };
        }

        /// <summary>Gives all since the last time.</summary>
        public async Task<string> EndAsync()
        {
            Task[] open;
            lock (gate)
            {
                open = [.. reading];
                reading.Clear();
            }

            await Task.WhenAll(open);
            lock (gate)
            {
                var text = all.ToString();
                all.Clear();
                return text;
            }
        }

        private static string Text(IWebSocketFrame frame) => frame.Text ?? Encoding.Latin1.GetString(frame.Binary ?? []);

        private async Task ReadAsync(IResponse response)
        {
            foreach (var header in response.Headers)
            {
                Add($"{header.Key}: {header.Value}");
            }

            if (response.Request.ResourceType is "document" or "xhr" or "fetch" && response.Status is >= 200 and < 300)
            {
                try
                {
                    Add(await response.TextAsync());
                }
                catch (PlaywrightException)
                {
                    // The page was left before its answer could be read again; the next load of it is.
                }
            }
        }

        private void Add(string text)
        {
            lock (gate)
            {
                all.Append(text).Append('\n');
            }
        }
    }
}
