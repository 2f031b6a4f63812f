using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Jenkins;

/// <summary>A Jenkins controller in a pod, as its configuration as code makes it: log-in, who am I, crumbs, the root of the API.</summary>
internal static class JenkinsProgram
{
    private const string Image = "jenkins";
    private static readonly TimeSpan ListensAfter = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan ReadyAfter = TimeSpan.FromSeconds(25);

    public static void Register(IPodPrograms programs)
    {
        programs.Add(Image, 8080, Answer, place => Age(place) >= ListensAfter);
        programs.Add(Image, 50000, (_, _) => PodAnswer.Text(200, "Jenkins-Agent-Protocols: JNLP4-connect, Ping\n"), place => Age(place) >= ReadyAfter);
    }

    public static PodAnswer Answer(PodPlace place, PodQuestion question)
    {
        if (place.Cluster.Store.Find("pods", place.Namespace, place.Pod) is not { } pod || PodInside.Container(pod, Image) is not { } container || Age(place) < ReadyAfter)
        {
            return Page(503, "<h1>Please wait while Jenkins is getting ready to work</h1>");
        }

        var version = container.Str("image").Split(':')[^1].Split("-lts")[0];
        return Ready(Users(place, pod, container), pod, question).With("X-Jenkins", version);
    }

    private static TimeSpan? Age(PodPlace place) =>
        place.Cluster.Store.Find("pods", place.Namespace, place.Pod) is { } pod && pod.Body.Str("status.phase") == "Running" ? PodInside.Age(place.Cluster, pod, Image) : null;

    private static PodAnswer Ready(Dictionary<string, JenkinsUser> users, StoredObject pod, PodQuestion question)
    {
        var name = "anonymous";
        if (question.Headers.GetValueOrDefault("Authorization") is { } header && header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            var login = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..].Trim())).Split(':', 2);
            if (login.Length < 2 || !users.TryGetValue(login[0], out var known) || known.Password != login[1])
            {
                return Page(401, "<p>Invalid password/token for user</p>").With("WWW-Authenticate", "Basic realm=\"Jenkins\"");
            }

            name = login[0];
        }

        var path = question.Path.TrimEnd('/');
        if (path == "/login")
        {
            return Page(200, "<title>Sign in [Jenkins]</title>");
        }

        if (path == "/whoAmI/api/json")
        {
            return PodAnswer.Json(200, WhoAmI(name));
        }

        if (!(users.GetValueOrDefault(name)?.Permissions.Overlaps(["Overall/Read", "Overall/Administer"]) ?? false))
        {
            return Page(403, $"<p>{(name == "anonymous" ? "Authentication required" : $"{name} is missing the Overall/Read permission")}</p>")
                .With("X-You-Are-Authenticated-As", name).With("X-Required-Permission", "hudson.model.Hudson.Read").With("X-Permission-Implied-By", "hudson.model.Hudson.Administer");
        }

        return path switch
        {
            "/crumbIssuer/api/json" => Crumb(pod, question),
            "/api/json" => PodAnswer.Json(200, Root(users[name])),
            "" => Page(200, "<title>Dashboard - Jenkins</title>"),
            _ when question.Method == "POST" && !HasCrumb(pod, question) => Page(403, "<p>No valid crumb was included in the request</p>"),
            _ => Page(404, "<h1>Not Found</h1>"),
        };
    }

    private static JsonObject WhoAmI(string name)
    {
        var authorities = name == "anonymous" ? new JsonArray("anonymous") : new JsonArray("authenticated");
        return new JsonObject { ["_class"] = "hudson.security.WhoAmI", ["anonymous"] = name == "anonymous", ["authenticated"] = true, ["authorities"] = authorities, ["name"] = name };
    }

    private static JsonObject Root(JenkinsUser user)
    {
        // The API shows what a user may see: without Job/Read there are no jobs.
        return new JsonObject
        {
            ["_class"] = "hudson.model.Hudson",
            ["mode"] = "EXCLUSIVE",
            ["nodeDescription"] = "the Jenkins controller's built-in node",
            ["numExecutors"] = 0,
            ["jobs"] = new JsonArray(),
            ["quietingDown"] = false,
            ["quietDownReason"] = null,
            ["slaveAgentPort"] = user.Permissions.Contains("Overall/Administer") ? 50000 : -1,
            ["useCrumbs"] = true,
            ["useSecurity"] = true,
            ["views"] = new JsonArray(),
        };
    }

    /// <summary>A crumb is bound to the session, so the cookie must come back with it.</summary>
    private static PodAnswer Crumb(StoredObject pod, PodQuestion question)
    {
        var session = Session(question) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return PodAnswer.Json(200, new JsonObject { ["_class"] = "hudson.security.csrf.DefaultCrumbIssuer", ["crumb"] = CrumbOf(pod, session), ["crumbRequestField"] = "Jenkins-Crumb" })
            .With("Set-Cookie", $"JSESSIONID.{pod.Uid[..8]}={session}; Path=/; HttpOnly");
    }

    private static bool HasCrumb(StoredObject pod, PodQuestion question) =>
        Session(question) is { } session && question.Headers.GetValueOrDefault("Jenkins-Crumb") == CrumbOf(pod, session);

    private static string CrumbOf(StoredObject pod, string session) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pod.Uid + session)));

    private static string? Session(PodQuestion question) =>
        Regex.Match(question.Headers.GetValueOrDefault("Cookie") ?? string.Empty, @"JSESSIONID\.\w+=([0-9a-f]+)", RegexOptions.None, TimeSpan.FromSeconds(1)) is { Success: true } match ? match.Groups[1].Value : null;

    private static PodAnswer Page(int status, string body) => new(status, "text/html;charset=utf-8", Encoding.UTF8.GetBytes($"<html><body>{body}</body></html>"));

    /// <summary>The users of the configuration as code, with what the matrix gives them.</summary>
    private static Dictionary<string, JenkinsUser> Users(PodPlace place, StoredObject pod, JsonObject container)
    {
        var folder = PodInside.Environment(place.Cluster, pod, container).GetValueOrDefault("CASC_JENKINS_CONFIG") ?? string.Empty;
        var users = new Dictionary<string, JenkinsUser>(StringComparer.Ordinal);
        foreach (var configuration in PodInside.Files(place.Cluster, pod, container, folder).Values.Select(Yaml.Parse))
        {
            var entries = configuration.Items("jenkins.authorizationStrategy.globalMatrix.entries").Select(e => e.Obj("user")).OfType<JsonObject>().ToLookup(e => e.Str("name"), StringComparer.Ordinal);
            foreach (var user in configuration.Items("jenkins.securityRealm.local.users"))
            {
                users[user.Str("id")] = new JenkinsUser(Resolved(place, pod, container, user.Str("password")), [.. entries[user.Str("id")].SelectMany(e => e.Strings("permissions"))]);
            }
        }

        return users;
    }

    private static string Resolved(PodPlace place, StoredObject pod, JsonObject container, string text) => Regex.Replace(
        text, @"\$\{readFile:([^}]+)\}", m => PodInside.File(place.Cluster, pod, container, m.Groups[1].Value.Trim())?.Trim() ?? string.Empty, RegexOptions.None, TimeSpan.FromSeconds(1));

    private sealed record JenkinsUser(string Password, HashSet<string> Permissions);
}
