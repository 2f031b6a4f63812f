using System.Text.RegularExpressions;

namespace Portal.Tests.Architecture;

/// <summary>Who may use whom: roots by assembly references, features by the namespaces that their code names.</summary>
public sealed partial class ReferenceTests
{
    /// <summary>Features of Core from left to right; a feature uses only what stands to its left.</summary>
    private static readonly string[][] Order =
    [
        ["Backends", "Live", "Storage", "Provisioning"],
        ["Audit"],
        ["Identity"],
        ["Clusters", "Kubernetes"],
        ["Addons", "Mapping", "Discovery", "Workloads", "Registry", "Pipelines", "Monitoring", "Logs"],
        ["Delivery", "Search", "Admin", "Embed"],
    ];

    /// <summary>Reviewed: who looks sideways, and why it is right.</summary>
    private static readonly (string From, string To)[] Sideways =
    [
        // Mapping is the portal's side of the registry: it provisions through the registry's clients.
        ("Mapping", "Registry"),
        // Foundations know each other.
        ("Backends", "Live"), ("Provisioning", "Live"), ("Provisioning", "Storage"), ("Provisioning", "Backends"), ("Storage", "Backends"), ("Live", "Backends"), ("Live", "Storage"),
    ];

    [Fact]
    public void Core_References_NoWebAndNoOtherRoot()
    {
        var references = typeof(Portal.Core.Backends.Scope).Assembly.GetReferencedAssemblies().Select(a => a.Name!).ToList();

        Assert.DoesNotContain(references, r => r.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || r is "MudBlazor" or "Portal" or "Portal.Sandbox");
    }

    [Fact]
    public void Sandbox_References_NeitherPortalNorCore() =>
        Assert.DoesNotContain(typeof(Portal.Sandbox.Hosting.SandboxHost).Assembly.GetReferencedAssemblies(), r => r.Name is "Portal" or "Portal.Core");

    [Fact]
    public void Portal_KnowsTheSandbox_InDevelopmentOnly()
    {
        var users = SourceTree.In("Portal", ".cs", ".razor").Where(f => SourceTree.Code(f.Text).Contains("Portal.Sandbox", StringComparison.Ordinal)).Select(f => f.Path);

        Assert.All(users, path => Assert.StartsWith("Portal/Development/", path, StringComparison.Ordinal));
    }

    [Fact]
    public void Features_OfCore_UseOnlyWhatStandsToTheirLeft()
    {
        var wrong = SourceTree.In("Portal.Core", ".cs").SelectMany(file => Used(file.Text)
            .Where(used => !MayUse(file.Path.Split('/')[1], used))
            .Select(used => $"{file.Path} uses {used}"));

        Assert.Empty(wrong);
    }

    [Fact]
    public void Clients_EveryMethod_EndsInARequiredCancellationToken()
    {
        var methods = typeof(Portal.Core.Backends.Scope).Assembly.GetTypes()
            .Where(t => t.IsInterface && t.Name.EndsWith("Client", StringComparison.Ordinal))
            .SelectMany(t => t.GetMethods())
            .Where(m => typeof(Task).IsAssignableFrom(m.ReturnType));

        Assert.All(methods, m => Assert.True(
            m.GetParameters() is [.., { IsOptional: false } last] && last.ParameterType == typeof(CancellationToken), $"{m.DeclaringType!.Name}.{m.Name}"));
    }

    private static bool MayUse(string from, string to)
    {
        var (left, right) = (Place(to), Place(from));
        return from == to || left < right || (left == right && Sideways.Contains((from, to)));
    }

    private static int Place(string feature) => Array.FindIndex(Order, g => g.Contains(feature)) is >= 0 and var place
        ? place
        : throw new InvalidOperationException($"{feature} is no feature of the plan; give it a place in {nameof(Order)}.");

    private static IEnumerable<string> Used(string text) => Feature().Matches(SourceTree.Code(text)).Select(m => m.Groups[1].Value).Distinct();

    [GeneratedRegex(@"\bPortal\.Core\.([A-Z]\w+)\b")]
    private static partial Regex Feature();
}
