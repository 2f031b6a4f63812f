namespace Portal.Core.Monitoring;

/// <summary>How clusters' Alertmanagers are asked.</summary>
public sealed class AlertsOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Alerts";

    /// <summary>Gets or sets how often a cluster's Alertmanager is asked that has told the portal nothing by itself.</summary>
    public TimeSpan AskEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how often one is asked that tells the portal; also the longest pause before a silent one is asked again.</summary>
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets how many clusters are asked at once.</summary>
    public int AtOnce { get; set; } = 8;

    /// <summary>Says what is wrong, a sentence each.</summary>
    public static IEnumerable<string> Failures(AlertsOptions options)
    {
        if (options.AskEvery <= TimeSpan.Zero || options.AskEvery > TimeSpan.FromDays(1))
        {
            yield return $"{Section}:AskEvery must be longer than nothing and at most a day.";
        }

        if (options.CheckEvery < options.AskEvery || options.CheckEvery > TimeSpan.FromDays(1))
        {
            yield return $"{Section}:CheckEvery must be at least {Section}:AskEvery and at most a day.";
        }

        if (options.AtOnce is < 1 or > 100)
        {
            yield return $"{Section}:AtOnce must be from 1 to 100.";
        }
    }
}
