using System.Security.Claims;

namespace Portal.Identity;

/// <summary>The claims of a signed-in person: as few as the portal needs, none of them a token.</summary>
internal static class PortalClaims
{
    /// <summary>The session's id; never shown.</summary>
    public const string Session = "portal_sid";

    /// <summary>The Keystone user id.</summary>
    public const string UserId = "sub";

    /// <summary>The Keystone user name.</summary>
    public const string Name = "name";

    /// <summary>Makes the principal of a session.</summary>
    public static ClaimsPrincipal Principal(Core.Identity.Sessions.SignedIn session) => new(new ClaimsIdentity(
        [new Claim(Session, session.Id), new Claim(UserId, session.UserId), new Claim(Name, session.UserName)],
        "portal",
        Name,
        null));

    /// <summary>Gives the session's id, or null when nobody is signed in.</summary>
    public static string? SessionId(this ClaimsPrincipal user) => user.FindFirst(Session)?.Value;
}
