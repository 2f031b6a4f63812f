using Portal.Core.Monitoring.Alerts;

namespace Portal.Monitoring.Alerts;

/// <summary>How much an alert matters.</summary>
public enum AlertSeverity
{
    /// <summary>Something does not work.</summary>
    Critical,

    /// <summary>Something works with a flaw.</summary>
    Warning,

    /// <summary>Good to know.</summary>
    Info,
}

/// <summary>An alert as the list shows it.</summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="ClusterName">Its name, or the beginning of its id where Magnum has not told it.</param>
/// <param name="Alert">The alert.</param>
public sealed record AlertItem(string ClusterId, string ClusterName, ClusterAlert Alert)
{
    private static readonly string[] Places = ["namespace", "pod", "deployment", "statefulset", "daemonset", "persistentvolumeclaim", "container", "node", "job", "instance"];

    /// <summary>Gets what names it in an address.</summary>
    public string Key => $"{ClusterId}/{Alert.Fingerprint}";

    /// <summary>Gets the rule's name.</summary>
    public string Name => Label("alertname") ?? Alert.Fingerprint;

    /// <summary>Gets how much it matters. Rules of a team's own have words of their own.</summary>
    public AlertSeverity Severity => Label("severity")?.ToLowerInvariant() switch
    {
        "critical" or "page" or "emergency" or "error" or "major" => AlertSeverity.Critical,
        "warning" or "warn" or "minor" => AlertSeverity.Warning,
        _ => AlertSeverity.Info,
    };

    /// <summary>Gets whether it fires.</summary>
    public bool IsFiring => Alert.EndedAt is null;

    /// <summary>Gets whether somebody should act: it fires, it is no mere information, and nothing keeps it quiet.</summary>
    public bool NeedsSomeone => IsFiring && Alert.Standing is AlertStanding.Active && Severity is not AlertSeverity.Info;

    /// <summary>Gets what it is about in the cluster: <c>zone-prod/shop-api-b2</c>, or a node; empty for the cluster as a whole.</summary>
    public string Where => Label("namespace") is { } space && Places.Skip(1).Select(Label).OfType<string>().FirstOrDefault() is { } name
        ? $"{space}/{name}" : Places.Select(Label).OfType<string>().FirstOrDefault() ?? "";

    /// <summary>Gets the rule's sentence, or nothing.</summary>
    public string Summary => Text("summary") ?? Text("message") ?? Text("description") ?? "";

    /// <summary>Gets the address of what to do about it, when it is one that a browser may open.</summary>
    public string? Runbook => Uri.TryCreate(Text("runbook_url"), UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp) ? url.AbsoluteUri : null;

    private string? Label(string name) => Alert.Labels.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;

    private string? Text(string name) => Alert.Annotations.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;
}
