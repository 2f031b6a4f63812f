using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Core.Live;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;
using Portal.Shared;

namespace Portal.Monitoring.Charts;

/// <summary>Words of charts in the person's language.</summary>
public static partial class ChartWords
{
    /// <summary>Gives the title of a built-in panel; its id where there is none.</summary>
    public static string Title(string panelId) => Find("Panel" + Pascal(panelId)) ?? panelId;

    /// <summary>Gives the name of a dashboard.</summary>
    public static string Name(DashboardKind kind) => Find("Dashboard" + kind) ?? kind.ToString();

    /// <summary>Gives the unit as it stands beside a title.</summary>
    public static string Unit(MetricUnit unit) => Find("Unit" + unit) ?? "";

    /// <summary>Gives a threshold's name.</summary>
    public static string Limit(string name) => Find("Limit" + Pascal(name)) ?? name;

    /// <summary>Gives a line's name: the template with the labels' values and words in the person's language.</summary>
    public static string Legend(string template, MetricLabels labels)
    {
        var text = Word().Replace(template, found => Find("Legend" + Pascal(found.Groups[1].Value)) ?? found.Groups[1].Value);
        var name = Label().Replace(text, found => labels[found.Groups[1].Value]).Trim();
        return name is "" or "/" ? labels.Pairs.Length == 0 ? ChartsText.LineUnnamed : labels.ToString() : name;
    }

    /// <summary>Gives the name of the line that stands for the rest.</summary>
    public static string Others(int count, bool addsUp) => Sentence.With(addsUp ? ChartsText.OthersSum : ChartsText.OthersHighest, ("count", count));

    /// <summary>Says why a cluster's lines are missing.</summary>
    public static string Problem(MetricTrouble trouble, string cluster) => Sentence.With(Find("Trouble" + trouble) ?? ChartsText.TroubleNotUnderstood, ("cluster", cluster));

    /// <summary>Gives the kind of state that a trouble is.</summary>
    public static StateKind KindOf(MetricTrouble trouble) => trouble switch
    {
        MetricTrouble.NotInstalled or MetricTrouble.Forbidden => StateKind.Off,
        MetricTrouble.NotInitialised or MetricTrouble.Starting => StateKind.Wait,
        MetricTrouble.ClusterSilent => StateKind.Unknown,
        MetricTrouble.Slow or MetricTrouble.TooMuch => StateKind.Warn,
        _ => StateKind.Fail,
    };

    private static string? Find(string key) => ChartsText.ResourceManager.GetString(key, CultureInfo.CurrentUICulture);

    private static string Pascal(string id) => string.Concat(id.Split('-', StringSplitOptions.RemoveEmptyEntries).Select(p => char.ToUpperInvariant(p[0]) + p[1..]));

    [GeneratedRegex(@"\[([a-z]+)\]", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"\{([a-zA-Z_]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
