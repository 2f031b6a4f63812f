using System.Text.RegularExpressions;
using Portal.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Hosting;

/// <summary>What is written about options is what the portal reads.</summary>
public sealed partial class ConfigurationDocsTests
{
    private static IReadOnlyList<OptionKey> Keys => OptionKeys.Of(OptionSections.All);

    [Fact]
    public void Docs_ListEveryOptionWithItsDefault()
    {
        var rows = Row().Matches(File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "configuration.md")))
            .ToDictionary(m => m.Groups["name"].Value, m => m.Groups["default"].Value.Trim('`'), StringComparer.Ordinal);

        Assert.Equal(Keys.Select(k => k.Name).Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(Keys, k => Assert.Equal((k.Name, k.Default), (k.Name, rows[k.Name])));
    }

    [Theory]
    [InlineData("docker-compose.yml")]
    [InlineData("deploy/kubernetes/portal.yaml")]
    public void Deployment_SetsOnlyOptionsThatThePortalReads(string file)
    {
        var names = Variable().Matches(File.ReadAllText(Path.Combine(RepositoryPaths.Root, file))).Select(m => m.Value.Replace("__", ":", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(Keys.Any(k => k.Matches(name)), $"{file} sets {name}, which the portal does not read."));
    }

    [GeneratedRegex(@"^\| `(?<name>Portal:[^`]+)` \| (?<default>`[^`]*`|) ?\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\bPortal__[A-Za-z0-9_.-]+")]
    private static partial Regex Variable();
}
