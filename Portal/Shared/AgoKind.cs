namespace Portal.Shared;

/// <summary>How a moment is told. The browser keeps it current (wwwroot-assets/src/ts/clock.ts).</summary>
public enum AgoKind
{
    /// <summary>"12 min ago"; a date after a day.</summary>
    Ago,

    /// <summary>"34 min", "46 d": how old it is.</summary>
    Age,

    /// <summary>"6 min 02 s": how long it has run.</summary>
    Fine,

    /// <summary>"in 22 s".</summary>
    In,

    /// <summary>"14:30:52" in the person's zone.</summary>
    Clock,

    /// <summary>"22 Nov 2026, 14:30" in the person's zone.</summary>
    Date,

    /// <summary>"22 Nov, 14:30:52" in the person's zone: for what follows closely on each other.</summary>
    Moment,
}
