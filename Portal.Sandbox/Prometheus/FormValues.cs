using System.Globalization;
using System.Text;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus;

/// <summary>The parameters of a request: those of the form in the body come before those of the address.</summary>
internal sealed class FormValues
{
    private readonly List<KeyValuePair<string, string>> values = [];

    public FormValues(PodQuestion question)
    {
        var isForm = question.Method is "POST" && question.Headers.GetValueOrDefault("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;
        var form = isForm ? Encoding.UTF8.GetString(question.Body) : string.Empty;
        foreach (var part in $"{form}&{question.Query}".Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            values.Add(KeyValuePair.Create(Decoded(pair[0]), pair.Length > 1 ? Decoded(pair[1]) : string.Empty));
        }
    }

    /// <summary>Gets a parameter's first value; empty when it is not there.</summary>
    public string this[string name] => values.Find(v => v.Key == name).Value ?? string.Empty;

    /// <summary>Gets all values of a parameter.</summary>
    public IReadOnlyList<string> All(string name) => [.. values.Where(v => v.Key == name).Select(v => v.Value)];

    /// <summary>Reads a time in milliseconds: seconds with decimals, or RFC 3339.</summary>
    /// <exception cref="PromException">It is none.</exception>
    public long Time(string name, long? otherwise)
    {
        var text = this[name];
        if (text.Length == 0 && otherwise is { } given)
        {
            return given;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds))
        {
            return (long)Math.Round(seconds * 1000);
        }

        if (text.Contains('T', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time.ToUnixTimeMilliseconds();
        }

        var prefix = name == "time" ? "Invalid time value for 'time': " : string.Empty;
        throw Bad(name, $"{prefix}cannot parse {LabelSet.Quote(text)} to a valid timestamp");
    }

    /// <summary>Reads a duration in milliseconds: seconds with decimals, or <c>15s</c>.</summary>
    public long Duration(string name)
    {
        var text = this[name];
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds) ? (long)Math.Round(seconds * 1000)
            : PromNumber.Duration(text) ?? throw Bad(name, $"cannot parse {LabelSet.Quote(text)} to a valid duration");
    }

    /// <summary>Makes the error of a parameter.</summary>
    public static PromException Bad(string name, string message) => new("bad_data", $"invalid parameter {LabelSet.Quote(name)}: {message}");

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
