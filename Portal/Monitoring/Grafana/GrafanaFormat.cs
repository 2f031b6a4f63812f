using System.Globalization;
using Portal.Core.Monitoring.Dashboards;

namespace Portal.Monitoring.Grafana;

/// <summary>Writes numbers with their unit, as the charts' script does (<c>units.ts</c>).</summary>
internal static class GrafanaFormat
{
    private static readonly string[] Binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    private static readonly string[] Bits = ["b", "kb", "Mb", "Gb", "Tb", "Pb"];
    private static readonly string[] Metric = ["", "k", "M", "G", "T", "P"];

    /// <summary>Writes a value for people; no value is a dash.</summary>
    public static string Write(double value, MetricUnit unit, int? decimals = null) => value switch
    {
        double.PositiveInfinity => "+∞",
        double.NegativeInfinity => "−∞",
        double.NaN => "–",
        _ => unit switch
        {
            MetricUnit.Ratio => $"{Digits(value * 100, decimals ?? (Math.Abs(value) >= 0.1 ? 0 : 1))} %",
            MetricUnit.Bytes => Scaled(value, 1024, Binary, decimals),
            MetricUnit.BytesPerSecond => Scaled(value, 1024, Binary, decimals) + "/s",
            MetricUnit.Bits => Scaled(value, 1000, Bits, decimals),
            MetricUnit.BitsPerSecond => Scaled(value, 1000, Bits, decimals) + "/s",
            MetricUnit.PerSecond => Scaled(value, 1000, Metric, decimals) + "/s",
            MetricUnit.Seconds => Seconds(value, decimals),
            MetricUnit.Cores or MetricUnit.Count => Digits(value, decimals),
            _ => Scaled(value, 1000, Metric, decimals),
        },
    };

    private static string Scaled(double value, double by, string[] names, int? decimals)
    {
        var at = 0;
        while (Math.Abs(value) >= by && at < names.Length - 1)
        {
            value /= by;
            at++;
        }

        return names[at].Length == 0 ? Digits(value, decimals) : $"{Digits(value, decimals)} {names[at]}";
    }

    private static string Seconds(double value, int? decimals) => Math.Abs(value) switch
    {
        0 => "0 s",
        < 0.001 => $"{Digits(value * 1e6, decimals)} µs",
        < 1 => $"{Digits(value * 1000, decimals)} ms",
        < 120 => $"{Digits(value, decimals)} s",
        < 7200 => $"{Digits(value / 60, decimals)} min",
        < 172_800 => $"{Digits(value / 3600, decimals)} h",
        _ => $"{Digits(value / 86_400, decimals)} {Charts.ChartsText.UnitDay}",
    };

    private static string Digits(double value, int? decimals)
    {
        var size = Math.Abs(value);
        if (size is > 0 and < 0.00001)
        {
            return value.ToString("0.0e-0", CultureInfo.CurrentCulture);
        }

        var places = decimals ?? (size is 0 or >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 3 : 5);
        return Math.Round(value, Math.Min(places, 15)).ToString(decimals is null ? "0.#####" : "F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.CurrentCulture);
    }
}
