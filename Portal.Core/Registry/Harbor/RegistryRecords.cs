using System.Collections.Immutable;

namespace Portal.Core.Registry.Harbor;

/// <summary>What Harbor says about itself.</summary>
/// <param name="Version">Version, <c>v2.9.5-672ec4ad</c>.</param>
/// <param name="AuthMode"><c>db_auth</c>, <c>ldap_auth</c>, <c>oidc_auth</c>, …; users can be created in the first only.</param>
/// <param name="Host">Host (with port) that clients pull from.</param>
/// <param name="IsReadOnly">Whether it is in read-only mode (maintenance): every write is refused.</param>
/// <param name="Now">Harbor's own clock (UTC).</param>
public sealed record RegistrySystem(string Version, string AuthMode, string Host, bool IsReadOnly, DateTimeOffset Now)
{
    /// <summary>Gets whether local users can be created.</summary>
    public bool HasLocalUsers => AuthMode == "db_auth";
}

/// <summary>A Harbor user.</summary>
/// <param name="Id">Harbor's id.</param>
/// <param name="UserName">Name; case matters.</param>
/// <param name="Email">E-mail address, unique as well; tells whose user it is.</param>
/// <param name="CreatedAt">Creation (UTC, Harbor's clock).</param>
public sealed record RegistryUser(long Id, string UserName, string Email, DateTimeOffset CreatedAt);

/// <summary>What a new Harbor user is made of. Harbor hardly checks the name: the caller does.</summary>
/// <param name="UserName">Name: no colon, no comma.</param>
/// <param name="Email">E-mail address.</param>
/// <param name="RealName">Real name, without <c>, ~ # $ %</c>.</param>
/// <param name="Password">8 to 128 characters with an upper case letter, a lower case letter and a digit.</param>
public sealed record NewRegistryUser(string UserName, string Email, string RealName, string Password)
{
    /// <summary>Hides the password.</summary>
    public override string ToString() => UserName;
}

/// <summary>A Harbor project.</summary>
/// <param name="Id">Harbor's id.</param>
/// <param name="Name">Name, the first part of every image's.</param>
/// <param name="OwnerId">User id of who made it.</param>
/// <param name="OwnerName">Name of who made it, or null when that user was deleted.</param>
/// <param name="IsPublic">Whether everybody may pull.</param>
/// <param name="RepositoryCount">Repositories in it.</param>
/// <param name="CreatedAt">Creation (UTC, Harbor's clock).</param>
public sealed record RegistryProject(long Id, string Name, long OwnerId, string? OwnerName, bool IsPublic, long RepositoryCount, DateTimeOffset CreatedAt);

/// <summary>Roles in a Harbor project; the numbers are Harbor's.</summary>
public enum MemberRole
{
    /// <summary>None that exists.</summary>
    Unknown = 0,

    /// <summary>Everything in the project.</summary>
    ProjectAdmin = 1,

    /// <summary>Pull and push.</summary>
    Developer = 2,

    /// <summary>Pull.</summary>
    Guest = 3,

    /// <summary>Pull, push, delete, scan.</summary>
    Maintainer = 4,

    /// <summary>Pull, without the list of members.</summary>
    LimitedGuest = 5,
}

/// <summary>A member of a Harbor project.</summary>
/// <param name="Id">Id of the membership.</param>
/// <param name="UserId">Harbor user id.</param>
/// <param name="UserName">Harbor user name.</param>
/// <param name="Role">Role.</param>
public sealed record RegistryMember(long Id, long UserId, string UserName, MemberRole Role);

/// <summary>A project's storage limit.</summary>
/// <param name="Id">Id of the quota.</param>
/// <param name="Limit">Limit in bytes, -1 unlimited.</param>
/// <param name="Used">Used bytes; may be more than the limit.</param>
public sealed record RegistryQuota(long Id, long Limit, long Used)
{
    /// <summary>Gets the id of the project that it limits; 0 when Harbor did not say.</summary>
    public long ProjectId { get; init; }
}

/// <summary>A robot account of a project.</summary>
/// <param name="Id">Harbor's id.</param>
/// <param name="FullName">The name to log in with, as Harbor gives it: its prefix is a setting and never built here.</param>
/// <param name="Description">Description.</param>
/// <param name="IsDisabled">Whether it is disabled.</param>
/// <param name="ExpiresAt">End of its life (UTC), or null for never.</param>
public sealed record RobotAccount(long Id, string FullName, string Description, bool IsDisabled, DateTimeOffset? ExpiresAt)
{
    /// <summary>Gets the creation (UTC, Harbor's clock).</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets whether it may push.</summary>
    public bool MayPush { get; init; }
}

/// <summary>What a new robot account is made of.</summary>
/// <param name="Project">Harbor project's name.</param>
/// <param name="Name">Name without prefix and project; by the rule of project names.</param>
/// <param name="Description">Description.</param>
/// <param name="Rights">Rights in the project: <c>repository:pull</c>.</param>
public sealed record NewRobotAccount(string Project, string Name, string Description, ImmutableArray<(string Resource, string Action)> Rights)
{
    /// <summary>Gets the life in days, -1 for ever.</summary>
    public int Days { get; init; } = -1;
}

/// <summary>A robot account that was just made.</summary>
/// <param name="Id">Harbor's id.</param>
/// <param name="Login">Name and secret.</param>
/// <param name="ExpiresAt">End of its life (UTC), or null for never.</param>
public sealed record MadeRobot(long Id, HarborLogin Login, DateTimeOffset? ExpiresAt);

/// <summary>A name and its password or secret.</summary>
/// <param name="UserName">User name or a robot's full name.</param>
/// <param name="Password">Password or secret.</param>
public sealed record HarborLogin(string UserName, string Password)
{
    /// <summary>Hides the password.</summary>
    public override string ToString() => UserName;
}
