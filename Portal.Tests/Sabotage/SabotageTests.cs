using System.Reflection;
using System.Text.Json;
using Portal.Tests.Support;

namespace Portal.Tests.Sabotage;

/// <summary>
/// Keeps the list of <c>sabotage.sh</c> usable: each change can still be made, and names a test that is there. That the tests turn
/// red is for the command to show.
/// </summary>
public sealed class SabotageTests
{
    private static readonly Entry[] All = JsonSerializer.Deserialize<Entry[]>(
        File.ReadAllText(Path.Combine(RepositoryPaths.Root, "Portal.Tests", "Sabotage", "sabotages.json")), JsonSerializerOptions.Web)!;

    public static TheoryData<string> Names => [.. All.Select(e => e.Name)];

    [Fact]
    public void List_HasEnough_EachOnce()
    {
        Assert.InRange(All.Length, 18, 200);
        Assert.Equal(All.Length, All.Select(e => e.Name).Distinct().Count());
        Assert.All(All, e => Assert.Matches(@"\A[a-z0-9]+(-[a-z0-9]+)*\z", e.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Entry_CanBeMade_AndNamesATest(string name)
    {
        var entry = All.Single(e => e.Name == name);
        var text = File.ReadAllText(Path.Combine(RepositoryPaths.Root, entry.File));
        var parts = entry.Test.Split('.');

        Assert.True(entry.File.StartsWith("Portal/", StringComparison.Ordinal) || entry.File.StartsWith("Portal.Core/", StringComparison.Ordinal) || entry.File.StartsWith("Portal.Sandbox/", StringComparison.Ordinal), entry.File);
        Assert.Equal(1, text.Split(entry.Find).Length - 1);
        Assert.NotEqual(entry.Find, entry.Replace);
        Assert.InRange(entry.Why.Length, 20, 300);
        var type = typeof(SabotageTests).Assembly.GetType("Portal.Tests." + string.Join('.', parts[..^1]));
        var attribute = type?.GetMethod(parts[^1])?.GetCustomAttribute<FactAttribute>();
        Assert.True(attribute is { Skip: null }, $"{entry.Test} is no test that runs");
    }

    private sealed record Entry(string Name, string File, string Find, string Replace, string Test, string Why);
}
