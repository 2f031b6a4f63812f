using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Logs.Elasticsearch;

namespace Portal.Core.Logs.Kibana;

/// <summary>Says a search of the portal in Kibana's words.</summary>
internal static class KibanaSearch
{
    /// <summary>Gives the program that belongs to a server, where none is configured.</summary>
    public static KibanaFlavour FlavourOf(KibanaFlavour configured, ElasticsearchServer server) => configured is not KibanaFlavour.Auto ? configured
        : server.IsOpenSearch ? (server.Major, server.Minor).CompareTo((2, 10)) >= 0 ? KibanaFlavour.Dashboards2 : KibanaFlavour.Dashboards1
        : (server.Major, server.Minor).CompareTo((8, 13)) >= 0 ? KibanaFlavour.Kibana8
        : (server.Major, server.Minor).CompareTo((7, 8)) >= 0 ? KibanaFlavour.Kibana7 : KibanaFlavour.Kibana70;

    /// <summary>Gives what Discover is to show.</summary>
    public static KibanaView View(LogSearch search, ElasticsearchFacts facts, string dataView, string? from, string? to)
    {
        var fields = facts.Fields;
        var (query, language) = KibanaLink.QueryOf(search.Text, fields.Message[0]);
        var filters = new List<KibanaFilter>();
        foreach (var (field, value) in ((LogField, string?)[])[(fields.Namespace, search.Namespace), (fields.Pod, search.Pod), (fields.Container, search.Container), (fields.Node, search.Node)])
        {
            if (!string.IsNullOrEmpty(value))
            {
                filters.Add(new(field.Name, value));
            }
        }

        // What Kibana has no words for goes as Elasticsearch's own query.
        var body = new LogBody(fields, facts.Server);
        if (!string.IsNullOrEmpty(search.Workload))
        {
            filters.Add(new("workload", search.Workload) { Query = Last(body, search with { AtLeast = null }) });
        }

        if (search.AtLeast is { } least)
        {
            filters.Add(new("severity", least is LogSeverity.Error ? "error" : "warning and above") { Query = Last(body, search) });
        }

        return new()
        {
            DataView = dataView,
            From = from ?? Iso(search.From),
            To = to ?? Iso(search.To),
            Query = query,
            Language = language,
            Columns = [fields.Pod.Name, fields.Message[0]],
            Filters = filters,
        };
    }

    private static JsonObject Last(LogBody body, LogSearch search) => body.Query(search)["bool"]!["filter"]!.AsArray()[^1]!.DeepClone().AsObject();

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
