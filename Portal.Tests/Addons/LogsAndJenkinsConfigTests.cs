using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Addons;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>
/// The settings of programs that are not in Debian: checked for what can be checked without them. The manifests themselves
/// are checked by the real server's schema in <see cref="AddonCatalogTests"/>.
/// </summary>
public sealed class LogsAndJenkinsConfigTests
{
    private static readonly AddonParameters Parameters = new() { Registry = "harbor.example.test/platform", Cluster = "shop-prod-1", StorageClass = "cinder" };
    private static readonly AddonCatalog Catalog = new();

    [Theory]
    [InlineData("elasticsearch")]
    [InlineData("kibana")]
    [InlineData("fluentd")]
    [InlineData("fluent-bit")]
    [InlineData("jenkins")]
    public void Bodies_OfSetupAndChecks_AreJson(string addon)
    {
        var description = Catalog.Describe(addon, Parameters);

        Assert.All(description.Setup.Concat(description.Checks).Select(r => r.Body).OfType<string>(), body => Assert.NotNull(JsonNode.Parse(body)));
        Assert.All(description.Checks.Select(c => c.Expect).OfType<string>(), pattern => Assert.NotNull(new Regex(pattern)));
    }

    [Fact]
    public void Elasticsearch_Setup_MakesTheTemplateBeforeAnyUserThatWrites()
    {
        var paths = Catalog.Addons["elasticsearch"].Setup.Select(s => s.Path).ToList();

        Assert.True(paths.IndexOf("/_ilm/policy/platform-logs") < paths.IndexOf("/_index_template/platform-logs"));
        Assert.True(paths.IndexOf("/_index_template/platform-logs") < paths.IndexOf("/_security/user/log_shipper"));
        Assert.All(new[] { "fluentd", "fluent-bit", "kibana" }, a => Assert.Contains("elasticsearch", Catalog.Addons[a].After));
    }

    [Fact]
    public void Elasticsearch_Settings_OfOneAndOfThreeDifferInDiscoveryOnly()
    {
        var one = Settings("elasticsearch-1.yml");
        var three = Settings("elasticsearch-3.yml");

        Assert.Equal(["discovery.type"], one.Keys.Except(three.Keys));
        Assert.Equal(["discovery.seed_hosts"], three.Keys.Except(one.Keys));
        Assert.Equal("false", three["node.store.allow_mmap"]);
        Assert.Equal("${HOSTNAME}", three["node.name"]);
        Assert.Equal("true", three["xpack.security.transport.ssl.enabled"]);
    }

    [Theory]
    [InlineData("3", "elasticsearch-0", "lost+found", "false", true)]
    [InlineData("3", "elasticsearch-0", "_state", "false", false)]
    [InlineData("3", "elasticsearch-0", "lost+found", "true", false)]
    [InlineData("3", "elasticsearch-1", "lost+found", "false", false)]
    [InlineData("1", "elasticsearch-0", "lost+found", "false", false)]
    public async Task Elasticsearch_FirstStart_BeginsAClusterOnTheFirstNodeWithAnEmptyVolumeOnly(string nodes, string host, string data, string othersAnswer, bool begins)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "usr/share/elasticsearch/config", "config", "settings", "data/" + data })
        {
            Directory.CreateDirectory(Path.Combine(folder.Path, name));
        }

        await System.IO.File.WriteAllTextAsync(Path.Combine(folder.Path, "settings", $"elasticsearch-{nodes}.yml"), "cluster.name: c\n");
        var site = new AddonsOptions();
        site.Parameters["elasticsearch"] = new() { ["nodes"] = nodes };
        var script = (string)new AddonCatalog(site).Render("elasticsearch", Parameters).Single(o => (string)o["kind"]! == "StatefulSet")["spec"]!["template"]!["spec"]!["initContainers"]![0]!["command"]![2]!;
        var here = Regex.Replace(Regex.Replace(script, "curl .*9200", othersAnswer), "(?<=[ \"])/(usr|config|settings|data)/", m => folder.Path + m.Value);
        var start = new ProcessStartInfo("sh", ["-ec", here]);
        start.Environment["HOSTNAME"] = host;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.Equal(begins, (await System.IO.File.ReadAllTextAsync(Path.Combine(folder.Path, "config", "elasticsearch.yml"))).Contains("cluster.initial_master_nodes: elasticsearch-0", StringComparison.Ordinal));
    }

    [Fact]
    public void Kibana_AndElasticsearch_AreOfOneVersion() => Assert.Equal(Catalog.Releases["elasticsearch"].Version, Catalog.Releases["kibana"].Version);

    [Fact]
    public void Fluentd_Settings_CloseEverySectionAndNameAType()
    {
        var open = new Stack<string>();
        var typed = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in File("fluentd", "fluentd-config", "fluent.conf").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (Regex.Match(line, "^</(\\w+)>$") is { Success: true } end)
            {
                Assert.Equal(open.Pop(), end.Groups[1].Value);
            }
            else if (Regex.Match(line, "^<(\\w+)( [^<>]+)?>$") is { Success: true } begin)
            {
                open.Push(begin.Groups[1].Value);
                typed[begin.Groups[1].Value] = typed.GetValueOrDefault(begin.Groups[1].Value) + 1;
            }
            else
            {
                Assert.Matches("^@?[a-z0-9_]+( .+)?$", line);
                typed[open.Peek()] -= line.StartsWith("@type ", StringComparison.Ordinal) ? 1 : 0;
            }
        }

        Assert.Empty(open);
        Assert.All(typed.Where(t => t.Key is not "label"), t => Assert.Equal(0, t.Value));
        Assert.Contains("*_logging_*.log", File("fluentd", "fluentd-config", "fluent.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public void FluentBit_Settings_AreSectionsOfKeysAndValuesWithoutTheTraps()
    {
        var text = File("fluent-bit", "fluent-bit-config", "fluent-bit.conf");
        var output = text[text.IndexOf("[OUTPUT]", StringComparison.Ordinal)..];

        Assert.All(text.Split('\n').Where(l => l.Trim().Length > 0), l => Assert.Matches(@"^(\[(SERVICE|INPUT|FILTER|OUTPUT)\]|    [\w.-]+ +\S.*)$", l));
        Assert.Equal(["[SERVICE]", "[INPUT]", "[FILTER]", "[OUTPUT]"], text.Split('\n').Where(l => l.StartsWith('[')));
        foreach (var needed in new[] { "Suppress_Type_Name    On", "Replace_Dots          On", "Trace_Error           On", "HTTP_User             ${ELASTICSEARCH_USER}", "Host                  elasticsearch" })
        {
            Assert.Contains(needed, output, StringComparison.Ordinal);
        }

        Assert.Contains("*_logging_*.log", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Jenkins_AsCode_BuildsInItsAgentsNamespaceOnlyAndHidesPasswords()
    {
        var casc = CatalogYaml.Read("casc", File("jenkins", "jenkins-casc", "jenkins.yaml"))[0];
        var jenkins = casc["jenkins"]!;
        var cloud = jenkins["clouds"]![0]!["kubernetes"]!;
        var users = jenkins["securityRealm"]!["local"]!["users"]!.AsArray().ToDictionary(u => (string)u!["id"]!, u => (string)u!["password"]!);
        var granted = jenkins["authorizationStrategy"]!["globalMatrix"]!["entries"]!.AsArray().ToDictionary(e => (string)e!["user"]!["name"]!, e => e!["user"]!["permissions"]!.AsArray().Select(p => (string)p!).ToList());

        Assert.Equal(0, (long)jenkins["numExecutors"]!);
        Assert.Equal("cicd-agents", (string)cloud["namespace"]!);
        Assert.All(cloud["templates"]!.AsArray(), t => Assert.Equal(("cicd-agents", "jenkins-agent"), ((string)t!["namespace"]!, (string)t["serviceAccount"]!)));
        Assert.Equal(["admin", "portal"], users.Keys.Order(StringComparer.Ordinal));
        Assert.All(users.Values, p => Assert.Matches(@"^\$\{readFile:/var/jenkins_secrets/\w+/password\}$", p));
        Assert.Equal(users.Keys.Order(StringComparer.Ordinal), granted.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("Overall/Administer", granted["portal"]);
        Assert.All(granted.Values.SelectMany(p => p), p => Assert.Matches("^(Overall|Credentials|Job|Run|View)/[A-Z][A-Za-z]+$", p));
    }

    [Fact]
    public void Jenkins_Plugins_ArePinned() =>
        Assert.All(File("jenkins", "jenkins-plugins", "plugins.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries), p => Assert.Matches(@"^[a-z-]+:[0-9]+\.[\w.]+$", p));

    [Fact]
    public void Jenkins_Roles_AreInTheAgentsNamespaceAndNowhereElse()
    {
        var rights = Catalog.Render("jenkins", Parameters).Where(o => (string)o["apiVersion"]! == "rbac.authorization.k8s.io/v1").ToList();

        Assert.Equal(["Role", "RoleBinding"], rights.Select(r => (string)r["kind"]!).Order(StringComparer.Ordinal));
        Assert.All(rights, r => Assert.Equal("cicd-agents", (string)r["metadata"]!["namespace"]!));
        Assert.Contains(Catalog.Addons["jenkins"].Denied, d => d.Namespace == "zone-prod" && d.Accounts.Contains("cicd/jenkins") && d.Resources.Contains("secrets"));
    }

    private static string File(string addon, string map, string key) =>
        (string)Catalog.Render(addon, Parameters).Single(o => (string)o["kind"]! == "ConfigMap" && (string)o["metadata"]!["name"]! == map)["data"]![key]!;

    private static Dictionary<string, string> Settings(string file) => File("elasticsearch", "elasticsearch-config", file).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(l => l.Split(": ", 2)).ToDictionary(l => l[0], l => l[1], StringComparer.Ordinal);
}
