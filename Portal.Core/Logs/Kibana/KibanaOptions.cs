namespace Portal.Core.Logs.Kibana;

/// <summary>Which program shows the logs; each reads its addresses differently.</summary>
public enum KibanaFlavour
{
    /// <summary>As the cluster's search server says: it and Kibana have one version.</summary>
    Auto,

    /// <summary>Kibana 7.0 to 7.7 (<c>/app/kibana#/discover</c>).</summary>
    Kibana70,

    /// <summary>Kibana 7.8 to 8.12 (<c>index</c> in the address).</summary>
    Kibana7,

    /// <summary>Kibana 8.13 and later (<c>dataSource</c> in the address).</summary>
    Kibana8,

    /// <summary>OpenSearch Dashboards before 2.10.</summary>
    Dashboards1,

    /// <summary>OpenSearch Dashboards 2.10 and later.</summary>
    Dashboards2,
}

/// <summary>Where people find a cluster's Kibana. Without an address no link is offered.</summary>
public sealed class KibanaOptions
{
    /// <summary>Gets or sets the address with base path and space, such as <c>https://kibana.example/{cluster}/s/shop</c>; <c>{cluster}</c> (id), <c>{name}</c> and <c>{project}</c> (id) are replaced.</summary>
    public string? Address { get; set; }

    /// <summary>Gets or sets the program.</summary>
    public KibanaFlavour Flavour { get; set; }

    /// <summary>Gets or sets the id of the data view, which is not its title.</summary>
    public string DataView { get; set; } = "kubernetes-logs";

    /// <summary>Gives the address for a cluster, without a slash at the end; null when it is no web address.</summary>
    public static string? Resolve(string? pattern, string clusterId, string clusterName, string projectId)
    {
        var address = pattern?.Replace("{cluster}", Uri.EscapeDataString(clusterId), StringComparison.Ordinal)
            .Replace("{name}", Uri.EscapeDataString(clusterName), StringComparison.Ordinal)
            .Replace("{project}", Uri.EscapeDataString(projectId), StringComparison.Ordinal).TrimEnd('/');
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Fragment.Length == 0 && uri.Query.Length == 0 && uri.UserInfo.Length == 0 ? address : null;
    }
}
