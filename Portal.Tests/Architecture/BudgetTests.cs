using System.Reflection;
using Portal.Tests.Support;

namespace Portal.Tests.Architecture;

/// <summary>The budgets of the style, as limits. Raising one for a file or a method is a line in <c>budget-exceptions.txt</c>, reviewed.</summary>
public sealed class BudgetTests
{
    private static readonly Dictionary<string, int> Exceptions = File
        .ReadAllLines(Path.Combine(RepositoryPaths.Root, "Portal.Tests", "Architecture", "budget-exceptions.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' ', 3))
        .ToDictionary(parts => parts[0], parts => int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);

    [Fact]
    public void Files_StayInTheirLimits()
    {
        var wrong = SourceTree.Files
            .Select(f => (f.Path, Lines: f.Text.Split('\n').Length - 1, Limit: Exceptions.GetValueOrDefault(f.Path, LimitOf(f.Path))))
            .Where(f => f.Lines > f.Limit)
            .Select(f => $"{f.Path} has {f.Lines} lines, the limit is {f.Limit}");

        Assert.True(!wrong.Any(), string.Join(Environment.NewLine, wrong));
    }

    [Fact]
    public void Methods_StayInTheirLimits()
    {
        var wrong = MethodLengths.Of(typeof(Portal.Core.Backends.Scope).Assembly, typeof(Portal.Identity.PortalSession).Assembly, typeof(Portal.Sandbox.Hosting.SandboxHost).Assembly)
            .Where(m => m.Lines > Exceptions.GetValueOrDefault(m.Name, 40))
            .Select(m => $"{m.Name} {m.Lines}");

        Assert.True(!wrong.Any(), string.Join(Environment.NewLine, wrong));
    }

    [Fact]
    public void Constructors_TakeAtMostSevenParameters()
    {
        var wrong = new[] { typeof(Portal.Core.Backends.Scope).Assembly, typeof(Portal.Identity.PortalSession).Assembly }
            .SelectMany(a => a.GetTypes())
            .Where(t => !IsRecord(t))
            .SelectMany(t => t.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
            .Where(c => c.GetParameters().Length > Exceptions.GetValueOrDefault(c.DeclaringType!.FullName!, 7))
            .Select(c => $"{c.DeclaringType!.FullName} {c.GetParameters().Length}");

        Assert.True(!wrong.Any(), string.Join(Environment.NewLine, wrong));
    }

    [Fact]
    public void Program_IsShorterThanSixtyLines() =>
        Assert.InRange(SourceTree.Files.First(f => f.Path == "Portal/Program.cs").Text.Split('\n').Length, 1, 60);

    // A record's positional parameters are its data, not what it needs.
    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null || type.IsValueType || type.Name.Contains('<', StringComparison.Ordinal);

    private static int LimitOf(string path) => path switch
    {
        _ when path.StartsWith("Portal.Tests/", StringComparison.Ordinal) => 400,
        _ when path.EndsWith(".razor.css", StringComparison.Ordinal) => 200,
        _ when path.EndsWith(".razor", StringComparison.Ordinal) || path.EndsWith(".razor.cs", StringComparison.Ordinal) => 150,
        _ when path.EndsWith(".resx", StringComparison.Ordinal) || path.EndsWith(".css", StringComparison.Ordinal) => int.MaxValue,
        _ => 300,
    };
}
