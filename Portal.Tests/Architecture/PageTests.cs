using System.Text.RegularExpressions;
using System.Xml.Linq;
using Portal.Tests.Support;

namespace Portal.Tests.Architecture;

/// <summary>Rules of pages, models and texts.</summary>
public sealed partial class PageTests
{
    [Fact]
    public void Routes_AreOnPagesOnly()
    {
        var routed = SourceTree.In("Portal", ".razor").Where(f => Route().IsMatch(f.Text)).Select(f => f.Path);

        Assert.All(routed, path => Assert.EndsWith("Page.razor", path, StringComparison.Ordinal));
    }

    [Fact]
    public void Models_KnowNothingOfBlazor()
    {
        var wrong = SourceTree.In("Portal", "Model.cs").Where(f => Blazor().IsMatch(SourceTree.Code(f.Text))).Select(f => f.Path);

        Assert.Empty(wrong);
    }

    [Fact]
    public void Components_NeverTakeTheHttpContextAccessor()
    {
        var wrong = SourceTree.In("Portal", ".cs", ".razor").Where(f => SourceTree.Code(f.Text).Contains("IHttpContextAccessor", StringComparison.Ordinal)).Select(f => f.Path);

        Assert.Empty(wrong);
    }

    [Fact]
    public void Texts_HaveEveryKeyInEveryLanguage()
    {
        var files = SourceTree.Files.Where(f => f.Path.EndsWith(".resx", StringComparison.Ordinal)).ToList();
        var neutral = files.Where(f => !Language().IsMatch(f.Path)).ToDictionary(f => f.Path[..^".resx".Length], f => Keys(f.Text), StringComparer.Ordinal);

        Assert.NotEmpty(neutral);
        Assert.All(files.Where(f => Language().IsMatch(f.Path)), file =>
            Assert.Equal(neutral[Language().Replace(file.Path, "")], Keys(file.Text)));
    }

    [Fact]
    public void Problems_OfSignIn_HaveAllTheirWords()
    {
        var keys = Keys(File.ReadAllText(Path.Combine(RepositoryPaths.Root, "Portal", "Identity", "IdentityText.resx")));

        Assert.All(Enum.GetNames<Portal.Identity.SignInProblem>(), problem =>
            Assert.All(new[] { "Headline", "Detail", "Who" }, part => Assert.Contains(problem + part, keys)));
    }

    private static List<string> Keys(string resx) =>
        [.. XDocument.Parse(resx).Root!.Elements("data").Select(d => d.Attribute("name")!.Value).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^@page\s", RegexOptions.Multiline)]
    private static partial Regex Route();

    [GeneratedRegex(@"Microsoft\.AspNetCore\.Components|MudBlazor|\bComponentBase\b|\bNavigationManager\b|\bRenderFragment\b|\bIJSRuntime\b|\bEventCallback\b")]
    private static partial Regex Blazor();

    [GeneratedRegex(@"\.[a-z]{2}(-[A-Za-z]+)?\.resx$")]
    private static partial Regex Language();
}
