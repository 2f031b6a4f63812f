namespace Portal.Shell;

/// <summary>Claims of the signed-in person that the shell reads.</summary>
public static class ShellClaims
{
    /// <summary>The session's id on the server.</summary>
    public const string Session = "portal_sid";
}
