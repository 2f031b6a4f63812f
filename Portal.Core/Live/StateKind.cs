namespace Portal.Core.Live;

/// <summary>The nine kinds of state, in the order in which lists show them (who needs someone first).</summary>
public enum StateKind
{
    /// <summary>Does not work, stopped.</summary>
    Fail,

    /// <summary>Waits for a person.</summary>
    You,

    /// <summary>Works with a flaw.</summary>
    Warn,

    /// <summary>Cannot be known now.</summary>
    Unknown,

    /// <summary>Failed, tries again by itself.</summary>
    Retry,

    /// <summary>Moves by itself.</summary>
    Run,

    /// <summary>Its turn has not come.</summary>
    Wait,

    /// <summary>Works, done.</summary>
    Ok,

    /// <summary>Ended or switched off on purpose.</summary>
    Off,
}
