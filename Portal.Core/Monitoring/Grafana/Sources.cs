using System.Text.Json;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Tells a Prometheus from Grafana's other sources of data.</summary>
internal static class Sources
{
    /// <summary>
    /// Gets whether it may be a Prometheus: it says so, it is named by a variable, or nothing is said of its kind. A name of a source
    /// says nothing of its kind either; a query for another kind has no <c>expr</c>.
    /// </summary>
    public static bool IsPrometheus(JsonElement source) => source.ValueKind switch
    {
        JsonValueKind.Object => source.Text("type") is null or "" or "prometheus" or "datasource" && source.Text("uid") is not ("-- Grafana --" or "-- Dashboard --" or "grafana"),
        JsonValueKind.String => source.GetString() is not ("-- Grafana --" or "-- Dashboard --" or "grafana"),
        _ => true,
    };

    /// <summary>Gives the name of a query's source, as far as the file has one.</summary>
    public static string Name(JsonElement target, JsonElement panel)
    {
        foreach (var source in new[] { target.At("datasource"), panel.At("datasource") })
        {
            if ((source.Text("type") ?? source.Text()) is { Length: > 0 } name && name != "prometheus")
            {
                return name;
            }
        }

        return "";
    }
}
