using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Rules;

/// <summary>Rules and alerts as Prometheus lists them.</summary>
internal static class RulesApi
{
    public static JsonNode Groups(PrometheusServer server, FormValues form)
    {
        var type = form["type"];
        if (type is not ("" or "alert" or "record"))
        {
            throw new PromException("bad_data", $"not supported value \"{type}\"");
        }

        return new JsonObject { ["groups"] = JsonPaths.Array(server.Rules.Groups().Select(g => Group(g, type))) };
    }

    public static JsonNode Alerts(PrometheusServer server) => new JsonObject { ["alerts"] = JsonPaths.Array(server.Rules.Alerts().Select(a => Alert(a.Alert))) };

    private static JsonObject Group(RuleGroup group, string type) => new()
    {
        ["name"] = group.Name,
        ["file"] = group.File,
        ["rules"] = JsonPaths.Array(group.Rules.Where(r => type.Length == 0 || r.Alert == (type == "alert")).Select(r => Rule(r, group))),
        ["interval"] = group.Interval / 1000.0,
        ["limit"] = 0,
        ["evaluationTime"] = group.Rules.Sum(r => r.Seconds),
        ["lastEvaluation"] = Time(group.Last),
    };

    private static string Time(long milliseconds) => milliseconds == 0 ? "0001-01-01T00:00:00Z" : StatusApi.Time(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));

    private static JsonObject Rule(Rule rule, RuleGroup group)
    {
        var json = new JsonObject();
        if (rule.Alert)
        {
            json["state"] = rule.Active.Values.Any(a => a.FiredAt is not null) ? "firing" : rule.Active.Count > 0 ? "pending" : "inactive";
        }

        json["name"] = rule.Name;
        json["query"] = rule.Query;
        if (rule.Alert)
        {
            json["duration"] = rule.For / 1000.0;
            json["keepFiringFor"] = rule.KeepFiringFor / 1000.0;
            json["labels"] = JsonPaths.MapOf(rule.Labels);
            json["annotations"] = JsonPaths.MapOf(rule.Annotations);
            json["alerts"] = JsonPaths.Array(rule.Active.Values.Select(Alert));
        }
        else if (rule.Labels.Count > 0)
        {
            json["labels"] = JsonPaths.MapOf(rule.Labels);
        }

        json["health"] = rule.Health;
        if (rule.Error.Length > 0)
        {
            json["lastError"] = rule.Error;
        }

        json["evaluationTime"] = rule.Seconds;
        json["lastEvaluation"] = Time(group.Last);
        json["type"] = rule.Alert ? "alerting" : "recording";
        return json;
    }

    private static JsonObject Alert(ActiveAlert alert) => new()
    {
        ["labels"] = JsonPaths.MapOf(alert.Labels.Pairs),
        ["annotations"] = JsonPaths.MapOf(alert.Annotations),
        ["state"] = alert.State,
        ["activeAt"] = Time(alert.ActiveAt),
        ["value"] = PromNumber.Exponent(alert.Value),
    };
}
