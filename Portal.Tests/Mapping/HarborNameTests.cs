using System.Text.RegularExpressions;
using Portal.Core.Mapping;

namespace Portal.Tests.Mapping;

public sealed partial class HarborNameTests
{
    [Theory]
    [InlineData("team-a-prod", "team-a-prod")]
    [InlineData("Team A / Prod!", "team-a-prod")]
    [InlineData("__x..y--z__", "x.y-z")]
    [InlineData("Müller & Söhne", "muller-sohne")]
    [InlineData("12345", "12345")]
    [InlineData("東京", "")]
    [InlineData("---", "")]
    public void Name_OfAnyText_IsOneThatHarborTakes(string text, string expected)
    {
        Assert.Equal(expected, HarborName.Of(text));
        Assert.True(expected.Length == 0 || Rule().IsMatch(expected));
    }

    [Fact]
    public void Name_OfALongText_IsCutWithoutASeparatorAtItsEnd() =>
        Assert.Matches(Rule(), HarborName.Of(new string('a', 62) + "-" + new string('b', 300)));

    [Fact]
    public void Candidates_OfATextWithoutLetters_IsTheProjectsId() =>
        Assert.Equal(["project-0123456789abcdef"], HarborName.Candidates("東京", "0123456789abcdef"));

    [Fact]
    public void Candidates_EndWithTheProjectsOwnName() =>
        Assert.Equal(["dev", "dev-01234567", "project-0123456789abcdef"], HarborName.Candidates("Dev", "0123456789abcdef"));

    [Fact]
    public void RealName_HoldsNothingThatHarborRefuses() =>
        Assert.Equal("Project abc", HarborName.RealName("a,b~#$%c"));

    [GeneratedRegex("^[a-z0-9]+(?:[._-][a-z0-9]+)*$")]
    private static partial Regex Rule();
}
