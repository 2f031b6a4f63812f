namespace Portal.Core.Provisioning;

/// <summary>Options of the plan engine; section <c>Provisioning</c>.</summary>
public sealed class ProvisioningOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Provisioning";

    /// <summary>Gets or sets how many steps run at once in this process.</summary>
    public int MaxSteps { get; set; } = 32;

    /// <summary>Gets or sets how many steps of one project run at once.</summary>
    public int MaxStepsPerProject { get; set; } = 8;

    /// <summary>Gets or sets how many steps of one plan run at once.</summary>
    public int MaxStepsPerPlan { get; set; } = 4;

    /// <summary>Gets or sets the wait after the first failure; doubled after each further one.</summary>
    public TimeSpan RetryBase { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets or sets the longest wait between attempts.</summary>
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how many pieces of work (by key) run at once.</summary>
    public int MaxWork { get; set; } = 64;

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentException">The message names the option.</exception>
    public void Check()
    {
        if (MaxSteps < 1 || MaxStepsPerProject < 1 || MaxStepsPerPlan < 1 || MaxWork < 1)
        {
            throw new ArgumentException("Options Portal:Provisioning:MaxSteps, MaxStepsPerProject, MaxStepsPerPlan and MaxWork must be at least 1.");
        }

        if (RetryBase <= TimeSpan.Zero || RetryMax < RetryBase)
        {
            throw new ArgumentException("Option Portal:Provisioning:RetryBase must be more than zero and at most Portal:Provisioning:RetryMax.");
        }
    }
}
