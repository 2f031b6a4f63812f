namespace Portal.Core.Mapping.Comparison;

/// <summary>How projects are compared with Harbor. Bound from the section <see cref="Section"/>.</summary>
public sealed class MappingOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Mapping";

    /// <summary>Gets or sets how often every project is compared with Harbor; zero means only when an administrator asks.</summary>
    public TimeSpan CompareEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets how long the pull robot of before lives on once every cluster has the new one's credential.</summary>
    public TimeSpan PullOverlap { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Says what is wrong with <see cref="MappingOptions"/> at start.</summary>
public static class MappingOptionsCheck
{
    /// <summary>Gives a sentence for each thing that is wrong.</summary>
    public static IEnumerable<string> Failures(MappingOptions options)
    {
        if (options.CompareEvery != TimeSpan.Zero && (options.CompareEvery < TimeSpan.FromMinutes(1) || options.CompareEvery > TimeSpan.FromDays(7)))
        {
            yield return "Portal:Mapping:CompareEvery must be 0 or between 1 minute and 7 days.";
        }

        if (options.PullOverlap < TimeSpan.Zero || options.PullOverlap > TimeSpan.FromDays(7))
        {
            yield return "Portal:Mapping:PullOverlap must be between 0 and 7 days.";
        }
    }
}
