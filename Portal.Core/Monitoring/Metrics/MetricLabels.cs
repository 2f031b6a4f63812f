using System.Collections.Immutable;
using System.Text;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>The labels of a series, the metric's name (<c>__name__</c>) among them, as Prometheus orders them.</summary>
/// <param name="Pairs">Names and values.</param>
public sealed record MetricLabels(ImmutableArray<KeyValuePair<string, string>> Pairs)
{
    /// <summary>A series without labels: the answer of a sum over everything.</summary>
    public static readonly MetricLabels None = new([]);

    private const string NameLabel = "__name__";

    /// <summary>Gets a label's value, empty where there is none: Prometheus knows no difference.</summary>
    public string this[string name]
    {
        get
        {
            foreach (var (key, value) in Pairs)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return "";
        }
    }

    /// <inheritdoc />
    public bool Equals(MetricLabels? other) => other is not null && Pairs.AsSpan().SequenceEqual(other.Pairs.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var (name, value) in Pairs)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <summary>Gives the series as Prometheus writes it: <c>up{job="kubelet",node="node-1"}</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(this[NameLabel]).Append('{');
        foreach (var (name, value) in Pairs.Where(p => p.Key != NameLabel))
        {
            text.Append(text[^1] is '{' ? "" : ",").Append(name).Append('=').Append(PromQl.Quote(value));
        }

        return text.Append('}').ToString();
    }
}
