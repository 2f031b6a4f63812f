namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>The labels of a series, sorted by name; a label with an empty value does not exist. The metric's name is the label <c>__name__</c>.</summary>
internal sealed class LabelSet : IEquatable<LabelSet>
{
    /// <summary>Gets the label that is the metric's name.</summary>
    public const string Metric = "__name__";

    private readonly KeyValuePair<string, string>[] pairs;
    private readonly int hash;

    private LabelSet(KeyValuePair<string, string>[] sorted)
    {
        pairs = sorted;
        var sum = default(HashCode);
        foreach (var (name, value) in sorted)
        {
            sum.Add(name);
            sum.Add(value);
        }

        hash = sum.ToHashCode();
    }

    /// <summary>Gets the set without labels.</summary>
    public static LabelSet Empty { get; } = new([]);

    /// <summary>Gets the labels, in the order of their names.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs => pairs;

    /// <summary>Gets the value of a label; empty when it is not there.</summary>
    public string this[string name]
    {
        get
        {
            foreach (var (key, value) in pairs)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return string.Empty;
        }
    }

    /// <summary>Makes a set of labels in any order; a later one of the same name wins.</summary>
    public static LabelSet Of(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in labels)
        {
            map[name] = value;
        }

        var list = map.Where(p => p.Value.Length > 0).ToArray();
        Array.Sort(list, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return new LabelSet(list);
    }

    /// <summary>Makes a set of labels that have different names.</summary>
    public static LabelSet Of(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var list = new List<KeyValuePair<string, string>>(labels.Length);
        foreach (var (name, value) in labels)
        {
            if (value.Length > 0)
            {
                list.Add(KeyValuePair.Create(name, value));
            }
        }

        list.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return new LabelSet([.. list]);
    }

    /// <summary>Gives the same set with one label set, or taken away when the value is empty.</summary>
    public LabelSet With(string name, string value) => Of(pairs.Where(p => p.Key != name).Append(KeyValuePair.Create(name, value)));

    /// <summary>Gives only the labels of these names.</summary>
    public LabelSet Only(IReadOnlyCollection<string> names) => new([.. pairs.Where(p => names.Contains(p.Key))]);

    /// <summary>Gives all labels but those of these names.</summary>
    public LabelSet Without(IReadOnlyCollection<string> names) => new([.. pairs.Where(p => !names.Contains(p.Key))]);

    /// <summary>Gives all labels but the metric's name.</summary>
    public LabelSet Nameless() => pairs.Length == 0 || this[Metric].Length == 0 ? this : new([.. pairs.Where(p => p.Key != Metric)]);

    public bool Equals(LabelSet? other) => other is not null && hash == other.hash && pairs.AsSpan().SequenceEqual(other.pairs);

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode() => hash;

    /// <summary>Writes the labels as Prometheus does: <c>{a="b", c="d"}</c>.</summary>
    public override string ToString() => "{" + string.Join(", ", pairs.Select(p => $"{p.Key}={Quote(p.Value)}")) + "}";

    /// <summary>Writes a text in quotes as Go does.</summary>
    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal) + "\"";
}
