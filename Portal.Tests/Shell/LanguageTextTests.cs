using System.Text.RegularExpressions;
using System.Xml.Linq;
using Portal.Shell;
using Portal.Tests.Architecture;

namespace Portal.Tests.Shell;

/// <summary>Every text is there in every language, with the same named values.</summary>
public sealed partial class LanguageTextTests
{
    public static TheoryData<string, string> Texts
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var neutral in SourceTree.Files.Select(f => f.Path).Where(p => p.EndsWith("Text.resx", StringComparison.Ordinal)))
            {
                foreach (var language in Languages.All.Skip(1))
                {
                    data.Add(neutral, language.Code);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Texts_OfEveryLanguage_HaveTheSameKeysAndNamedValues(string neutral, string language)
    {
        var english = Read(neutral);
        var other = Read(neutral.Replace(".resx", $".{language}.resx", StringComparison.Ordinal));

        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), other.Keys.Order(StringComparer.Ordinal));
        Assert.All(english, text => Assert.Equal($"{text.Key} {Names(text.Value)}", $"{text.Key} {Names(other[text.Key])}"));
        Assert.All(english, text => Assert.True(other[text.Key].Length > 0 && (Words().Count(text.Value) < 4 || other[text.Key] != text.Value), $"{text.Key} is not translated"));
    }

    private static string Names(string text) => string.Join(' ', Name().Matches(text).Select(m => m.Value).Order(StringComparer.Ordinal));

    private static Dictionary<string, string> Read(string path) =>
        XDocument.Parse(SourceTree.Files.Single(f => f.Path == path).Text).Root!.Elements("data").ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")!.Value, StringComparer.Ordinal);

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Name();

    [GeneratedRegex(@"[a-z]{2,}")]
    private static partial Regex Words();
}
