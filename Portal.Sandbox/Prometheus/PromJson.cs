using System.Globalization;
using System.Text;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus;

/// <summary>Answers of the query API, written by hand: there may be many numbers.</summary>
internal static class PromJson
{
    public static PodAnswer Success(string data) => Json(200, $"{{\"status\":\"success\",\"data\":{data}}}");

    public static PodAnswer Failure(PromException e) => Json(e.Status, $"{{\"status\":\"error\",\"errorType\":{Text(e.Kind)},\"error\":{Text(e.Message)}}}");

    public static PodAnswer Json(int status, string json) => new(status, "application/json", Encoding.UTF8.GetBytes(json));

    /// <summary>Writes a text as Go's encoder does: <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> escaped, all else as it is.</summary>
    public static string Text(string text)
    {
        var json = new StringBuilder("\"", text.Length + 2);
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append("\\\\"),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => json.Append(c),
            };
        }

        return json.Append('"').ToString();
    }

    public static string Texts(IEnumerable<string> texts) => "[" + string.Join(',', texts.Select(Text)) + "]";

    public static string Metric(LabelSet labels) => "{" + string.Join(',', labels.Pairs.Select(p => $"{Text(p.Key)}:{Text(p.Value)}")) + "}";

    /// <summary>Writes a time: seconds, with exactly three decimals unless they are zero.</summary>
    public static string Time(long milliseconds)
    {
        var (seconds, rest) = (milliseconds / 1000, Math.Abs(milliseconds % 1000));
        return rest == 0 ? seconds.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{seconds}.{rest:000}");
    }

    /// <summary>Writes the data of an instant query.</summary>
    public static string Instant(PromValue value, long time) => value.Type switch
    {
        PromType.Scalar => $"{{\"resultType\":\"scalar\",\"result\":{Point(time, value.Values[0])}}}",
        PromType.Text => $"{{\"resultType\":\"string\",\"result\":[{Time(time)},{Text(value.Text)}]}}",
        _ => $"{{\"resultType\":\"vector\",\"result\":[{string.Join(',', value.Rows.Where(r => !PromNumber.IsStale(r.Values[0])).Select(r => $"{{\"metric\":{Metric(r.Labels)},\"value\":{Point(time, r.Values[0])}}}"))}]}}",
    };

    /// <summary>Writes the data of a range query.</summary>
    public static string Range(PromValue value, Grid grid) => Matrix(value.Rows
        .OrderBy(r => r.Labels.ToString(), StringComparer.Ordinal)
        .Select(r => (r.Labels, (IEnumerable<(long, double)>)[.. r.Values.Select((v, i) => (grid.Time(i), v)).Where(p => !PromNumber.IsStale(p.v))])));

    public static string Matrix(IEnumerable<(LabelSet Labels, IEnumerable<(long Time, double Value)> Points)> series)
    {
        var json = new StringBuilder("{\"resultType\":\"matrix\",\"result\":[");
        var first = true;
        foreach (var (labels, points) in series)
        {
            var begun = json.Length;
            json.Append(first ? string.Empty : ",").Append("{\"metric\":").Append(Metric(labels)).Append(",\"values\":[");
            var any = false;
            foreach (var (time, value) in points)
            {
                json.Append(any ? ",[" : "[").Append(Time(time)).Append(",\"").Append(PromNumber.Text(value)).Append("\"]");
                any = true;
            }

            json.Append("]}");
            json.Length = any ? json.Length : begun;
            first &= !any;
        }

        return json.Append("]}").ToString();
    }

    private static string Point(long time, double value) => $"[{Time(time)},\"{PromNumber.Text(value)}\"]";
}
