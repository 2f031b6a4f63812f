namespace Portal.Apps;

/// <summary>Why somebody sees a page of the portal's in place of a program's.</summary>
internal enum AppTrouble
{
    /// <summary>No program has this address.</summary>
    NoSuchHost,

    /// <summary>Nobody is signed in here, or the session is over.</summary>
    SignedOut,

    /// <summary>The code was used, or is too old.</summary>
    CodeSpent,

    /// <summary>The code was made for another browser.</summary>
    OtherBrowser,

    /// <summary>The person's roles do not allow it.</summary>
    NotAllowed,

    /// <summary>The program is handed on without this.</summary>
    NotHandedOn,

    /// <summary>The cluster does not have the program.</summary>
    NotInstalled,

    /// <summary>The portal has no way into the cluster, or there is no such cluster.</summary>
    NoCluster,

    /// <summary>The cluster or the program cannot be reached, or breaks off.</summary>
    NoAnswer,

    /// <summary>The cluster or the program says nothing for too long.</summary>
    Silent,

    /// <summary>Keystone does not say whether the person is still allowed it.</summary>
    NoIdentity,

    /// <summary>Too much at once.</summary>
    TooMany,

    /// <summary>What was sent is too large.</summary>
    TooLarge,
}
