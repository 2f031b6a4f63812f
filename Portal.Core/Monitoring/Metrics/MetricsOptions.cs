namespace Portal.Core.Monitoring.Metrics;

/// <summary>How clusters' Prometheus servers are asked.</summary>
public sealed class MetricsOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Metrics";

    /// <summary>Gets or sets how long an answer may take.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long an answer serves everyone who asks the same.</summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how many megabytes of answers are kept at most.</summary>
    public int KeepMegabytes { get; set; } = 64;

    /// <summary>Says what is wrong, a sentence each.</summary>
    public static IEnumerable<string> Failures(MetricsOptions options)
    {
        if (options.Patience <= TimeSpan.Zero || options.Patience > TimeSpan.FromMinutes(5))
        {
            yield return $"{Section}:Patience must be longer than nothing and at most five minutes.";
        }

        if (options.Keep < TimeSpan.Zero || options.Keep > TimeSpan.FromMinutes(5))
        {
            yield return $"{Section}:Keep must be from nothing to five minutes.";
        }

        if (options.KeepMegabytes is < 1 or > 4096)
        {
            yield return $"{Section}:KeepMegabytes must be from 1 to 4096.";
        }
    }
}
