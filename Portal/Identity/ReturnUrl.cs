namespace Portal.Identity;

/// <summary>Where to go after the sign-in: places of the portal only.</summary>
internal static class ReturnUrl
{
    /// <summary>Gives the address if it is a path of the portal, else the start page.</summary>
    public static string Local(string? url) =>
        url is { Length: > 0 } && url[0] == '/' && (url.Length == 1 || (url[1] != '/' && url[1] != '\\')) && !url.Any(char.IsControl)
            && !url.StartsWith("/sign-", StringComparison.OrdinalIgnoreCase)
            ? url
            : "/";
}
