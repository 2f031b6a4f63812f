using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Audit;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Audit;

/// <summary>Whatever is written to the audit can be read as a sentence.</summary>
public sealed partial class AuditTextTests
{
    /// <summary>Gets the actions that the sources write: literals beside the audit log, and one for each thing that a person does with a plan.</summary>
    public static TheoryData<string> Actions { get; } = new(
        Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "Portal.Core"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .SelectMany(text => InAStep().Matches(text).Concat(text.Contains("IAuditLog ", StringComparison.Ordinal) ? Literal().Matches(text) : []))
            .Select(match => match.Groups[1].Value)
            .Concat(Enum.GetValues<PlanAction>().Select(a => "plan." + a.ToString().ToLowerInvariant()))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Fact]
    public void Actions_AreFoundInTheSources() => Assert.InRange(Actions.Count, 18, 200);

    [Theory]
    [MemberData(nameof(Actions))]
    public void Action_ThatIsWritten_HasWords(string action) =>
        Assert.NotNull(AuditText.ResourceManager.GetString("Action." + action, CultureInfo.InvariantCulture));

    [GeneratedRegex("AuditAsync\\(context, \"([a-z-]+(?:\\.[a-z-]+)+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex InAStep();

    [GeneratedRegex("(?<!Reason\\.Of\\(|Foreign\\()\"([a-z-]+(?:\\.[a-z-]+)+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Literal();
}
