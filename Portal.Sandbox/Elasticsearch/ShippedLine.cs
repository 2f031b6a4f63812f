using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>Where shipped lines come from: one container of one pod.</summary>
internal sealed record ShippedFrom(string Pod, string Namespace, string PodId, string Container, string Image, string Node, IReadOnlyDictionary<string, string> Labels);

/// <summary>A document that a shipper wrote. Its JSON is made when somebody gets to see it: most are only counted.</summary>
internal sealed record ShippedLine(string Index, string Id, DateTimeOffset Time, string Log, ShippedFrom From)
{
    /// <summary>Gets its number among the documents of its index, as Lucene counts them.</summary>
    public int Doc { get; init; }

    /// <summary>Gets the document.</summary>
    public JsonObject Source => new()
    {
        ["@timestamp"] = Stamp,
        ["log"] = Log,
        ["stream"] = "stdout",
        ["kubernetes"] = new JsonObject
        {
            ["pod_name"] = From.Pod,
            ["namespace_name"] = From.Namespace,
            ["pod_id"] = From.PodId,
            ["labels"] = JsonPaths.MapOf(From.Labels),
            ["host"] = From.Node,
            ["container_name"] = From.Container,
            ["container_image"] = From.Image,
        },
    };

    private string Stamp => Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Gives the value of a field, or null.</summary>
    public string? Value(string field) => field switch
    {
        "@timestamp" => Stamp,
        "log" => Log,
        "stream" => "stdout",
        "kubernetes.pod_name" => From.Pod,
        "kubernetes.namespace_name" => From.Namespace,
        "kubernetes.pod_id" => From.PodId,
        "kubernetes.host" => From.Node,
        "kubernetes.container_name" => From.Container,
        "kubernetes.container_image" => From.Image,
        "_id" => Id,
        "_index" => Index,
        _ => field.StartsWith("kubernetes.labels.", StringComparison.Ordinal) ? From.Labels.GetValueOrDefault(field[18..]) : null,
    };
}
