using System.Globalization;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Monitoring.Grafana;
using Portal.Shared;

namespace Portal.Monitoring.Grafana;

/// <summary>Words of imported dashboards.</summary>
internal static class GrafanaWords
{
    private const int MostPlaces = 6;

    /// <summary>Says what is shown in another way, or not at all, and where.</summary>
    public static string Tell(GrafanaFinding finding)
    {
        var text = Sentence.With(Find("Finding-" + finding.Code) ?? finding.Code, ("detail", finding.Detail.Length > 0 ? finding.Detail : GrafanaText.Unnamed));
        return finding.Where.Length == 0 ? text : $"{text} {string.Join(", ", finding.Where.Take(MostPlaces))}{(finding.Where.Length > MostPlaces ? " " + Sentence.With(GrafanaText.AndMore, ("count", finding.Where.Length - MostPlaces)) : "")}";
    }

    /// <summary>Says what is wrong in a field.</summary>
    public static string Tell(FieldError error) => Sentence.With(Find(error.Code) ?? error.Code, [.. error.Arguments.Select(a => (a.Key, (object?)a.Value))]);

    /// <summary>Gives the kind of state that a level is, or null for one that means nothing.</summary>
    public static StateKind? KindOf(GrafanaLevel level) => level switch
    {
        GrafanaLevel.Good => StateKind.Ok,
        GrafanaLevel.Warning => StateKind.Warn,
        GrafanaLevel.Bad => StateKind.Fail,
        _ => null,
    };

    /// <summary>Gives the word of a level; empty for one that means nothing.</summary>
    public static string Level(GrafanaLevel level) => level switch
    {
        GrafanaLevel.Good => GrafanaText.LevelGood,
        GrafanaLevel.Warning => GrafanaText.LevelWarning,
        GrafanaLevel.Bad => GrafanaText.LevelBad,
        _ => "",
    };

    private static string? Find(string key) => GrafanaText.ResourceManager.GetString(key, CultureInfo.CurrentUICulture);
}
