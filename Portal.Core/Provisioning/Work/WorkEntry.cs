namespace Portal.Core.Provisioning.Work;

/// <summary>What the work runner knows of one key.</summary>
internal sealed class WorkEntry
{
    public bool IsQueued { get; set; }

    public bool IsRunning { get; set; }

    /// <summary>Gets or sets whether it was asked for again while it runs.</summary>
    public bool Again { get; set; }

    /// <summary>Gets or sets when it runs by itself, or null.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>Gets or sets how often it has failed in a row.</summary>
    public int Failures { get; set; }

    public bool IsIdle => !IsQueued && !IsRunning && DueAt is null && Failures == 0;
}
