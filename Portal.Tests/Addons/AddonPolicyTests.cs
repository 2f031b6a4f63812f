using System.Text.Json.Nodes;
using Portal.Core.Addons;

namespace Portal.Tests.Addons;

/// <summary>What every manifest of the catalog keeps to. Whatever does not says why, where the cluster's people can read it.</summary>
public sealed class AddonPolicyTests
{
    private const string Because = "container-platform/because";
    private static readonly AddonParameters Parameters = new() { Registry = "harbor.example.test/platform", Cluster = "shop-prod-1", StorageClass = "cinder", DnsAddress = "10.254.0.10" };
    private static readonly string[] Kinds = ["Deployment", "DaemonSet", "StatefulSet", "Job", "CronJob"];

    public static TheoryData<string> Names => [.. new AddonCatalog().Addons.Keys.Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Manifest_OfEveryAddon_KeepsThePolicy(string name) => Assert.Empty(Problems(new AddonCatalog().Render(name, Parameters)));

    [Fact]
    public void Manifest_WithTheNodesPorts_KeepsThePolicyAndNeedsItsNamespacePrivileged()
    {
        var site = new AddonsOptions();
        site.Parameters["traefik"] = new() { ["expose"] = "HostPort" };
        var catalog = new AddonCatalog(site);

        Assert.Empty(Problems(catalog.Render("traefik", Parameters)));
        Assert.Contains(catalog.Render("traefik", Parameters), o => (string)o["kind"]! == "DaemonSet");
        Assert.Equal("privileged", (string)Portal.Core.Addons.Initialisation.AddonNamespaces.Objects(catalog, ["traefik"])[0]["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"]!);
        Assert.Equal("baseline", (string)Portal.Core.Addons.Initialisation.AddonNamespaces.Objects(new AddonCatalog(), ["traefik"])[0]["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"]!);
    }

    [Theory]
    [InlineData("image", "\"r/x:latest\"")]
    [InlineData("readinessProbe", "null")]
    [InlineData("resources", "{}")]
    [InlineData("securityContext", """{"privileged":true}""")]
    public void Manifest_ThatIsSpoiled_IsFound(string field, string value)
    {
        var objects = new AddonCatalog().Render("traefik", Parameters);
        objects.Single(o => (string)o["kind"]! == "Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]![field] = JsonNode.Parse(value);

        Assert.NotEmpty(Problems(objects));
    }

    private static List<string> Problems(IReadOnlyList<JsonObject> objects)
    {
        var problems = new List<string>();
        foreach (var workload in objects.Where(o => Kinds.Contains((string)o["kind"]!)))
        {
            var template = workload["spec"]!["jobTemplate"]?["spec"]?["template"] ?? workload["spec"]!["template"]!;
            var excused = workload["metadata"]!["annotations"]?[Because] is not null;
            var needsProbes = (string)workload["kind"]! is not ("Job" or "CronJob");
            problems.AddRange(OfPod(template["spec"]!, excused).Select(p => $"{workload["kind"]} {workload["metadata"]!["name"]}: {p}"));
            problems.AddRange(template["spec"]!["containers"]!.AsArray().SelectMany(c => OfContainer(c!, template["spec"]!, excused, needsProbes)));
            if (template["spec"]!["hostNetwork"] is null && needsProbes && !objects.Any(o => IsPolicyFor(o, template["metadata"]!["labels"]!)))
            {
                problems.Add($"{workload["metadata"]!["name"]}: no NetworkPolicy says who may talk to it");
            }
        }

        return problems;
    }

    private static IEnumerable<string> OfPod(JsonNode spec, bool excused)
    {
        if (spec["automountServiceAccountToken"] is null)
        {
            yield return "says not whether it needs a token";
        }

        if (spec["imagePullSecrets"] is null)
        {
            yield return "no pull secret";
        }

        if ((string?)spec["securityContext"]?["seccompProfile"]?["type"] is not "RuntimeDefault")
        {
            yield return "no seccomp profile";
        }

        foreach (var field in new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(f => spec[f] is not null && !excused))
        {
            yield return $"{field} without a reason";
        }

        if (!excused && (spec["volumes"]?.AsArray() ?? []).Any(v => v!["hostPath"] is not null))
        {
            yield return "hostPath without a reason";
        }
    }

    private static IEnumerable<string> OfContainer(JsonNode container, JsonNode spec, bool excused, bool needsProbes)
    {
        var name = (string)container["name"]!;
        var security = container["securityContext"];
        (string Problem, bool Has)[] checks =
        [
            ("image without a version", !System.Text.RegularExpressions.Regex.IsMatch((string)container["image"]!, "^harbor\\.example\\.test/platform/[^:]+:v?[0-9]+\\.[0-9]")),
            ("no requests", container["resources"]?["requests"]?["cpu"] is null || container["resources"]?["requests"]?["memory"] is null),
            ("no limit of memory", container["resources"]?["limits"]?["memory"] is null),
            ("no probes", needsProbes && (container["readinessProbe"] is null || container["livenessProbe"] is null)),
            ("privileged", (bool?)security?["privileged"] is true),
            ("may gain privileges", (bool?)security?["allowPrivilegeEscalation"] is not false),
            ("keeps capabilities", security?["capabilities"]?["drop"]?.ToJsonString() is not "[\"ALL\"]"),
            ("root without a reason", !excused && (bool?)(security?["runAsNonRoot"] ?? spec["securityContext"]?["runAsNonRoot"]) is not true),
            ("writable root file system without a reason", !excused && (bool?)security?["readOnlyRootFilesystem"] is not true),
            ("port of the node without a reason", !excused && (container["ports"]?.AsArray() ?? []).Any(p => p!["hostPort"] is not null)),
        ];
        return checks.Where(c => c.Has).Select(c => $"{name}: {c.Problem}");
    }

    private static bool IsPolicyFor(JsonObject o, JsonNode labels) =>
        (string)o["kind"]! == "NetworkPolicy" && (o["spec"]!["podSelector"]!["matchLabels"]?.AsObject().All(l => (string?)labels[l.Key] == (string?)l.Value) ?? true);
}
