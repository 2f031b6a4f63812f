using Portal.Core.Logs.Kibana;

namespace Portal.Core.Logs;

/// <summary>How clusters' logs are searched, and where their Kibana is.</summary>
public sealed class LogsOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Logs";

    /// <summary>Gets or sets the indices with containers' logs, a comma list with stars.</summary>
    public string Index { get; set; } = "logstash-*";

    /// <summary>Gets or sets how long a cluster's Elasticsearch may take to answer; then its lines are missing.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Gets or sets how many clusters a search asks at once.</summary>
    public int AtOnce { get; set; } = 4;

    /// <summary>Gets or sets how many lines an export has at most.</summary>
    public int MostExported { get; set; } = 50_000;

    /// <summary>Gets or sets where people find Kibana.</summary>
    public KibanaOptions Kibana { get; set; } = new();

    /// <summary>Says what is wrong, a sentence each.</summary>
    public static IEnumerable<string> Failures(LogsOptions options)
    {
        if (options.Index.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is not { Length: > 0 } names || names.Any(n => n[0] is '_' or '-' or '+' || n.Any(c => char.IsUpper(c) || "\\/?\"<>| #".Contains(c, StringComparison.Ordinal))))
        {
            yield return $"{Section}:Index must be a comma list of names or patterns of indices.";
        }

        if (options.Patience < TimeSpan.FromSeconds(1) || options.Patience > TimeSpan.FromMinutes(5))
        {
            yield return $"{Section}:Patience must be from a second to five minutes.";
        }

        if (options.AtOnce is < 1 or > 50)
        {
            yield return $"{Section}:AtOnce must be from 1 to 50.";
        }

        if (options.MostExported is < 1 or > 1_000_000)
        {
            yield return $"{Section}:MostExported must be from 1 to 1000000.";
        }

        if (options.Kibana.Address is { Length: > 0 } && KibanaOptions.Resolve(options.Kibana.Address, "c", "n", "p") is null)
        {
            yield return $"{Section}:Kibana:Address must be an http or https address; {{cluster}}, {{name}} and {{project}} in it are replaced.";
        }
    }
}
