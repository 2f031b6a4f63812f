using System.Globalization;
using Portal.Shared.Ranges;

namespace Portal.Monitoring;

/// <summary>Addresses of Prometheus' own page. Version 3 redirects <c>/graph</c> to its <c>/query</c> with the same query; version 2 has it.</summary>
public static class PrometheusLink
{
    /// <summary>Gives the path of the graph (or table) of an expression over a range; without an end for one that ends now.</summary>
    public static string Of(string expression, TimeRange range, DateTimeOffset now, bool isTable = false)
    {
        ArgumentNullException.ThrowIfNull(range);
        var (from, to) = range.At(now);
        var seconds = ((long)(to - from).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var at = to.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var end = range.IsLive ? "" : $"&g0.end_input={Uri.EscapeDataString(at)}&g0.moment_input={Uri.EscapeDataString(at)}";
        return $"/graph?g0.expr={Uri.EscapeDataString(expression)}&g0.tab={(isTable ? 1 : 0)}&g0.range_input={seconds}s{end}";
    }
}
