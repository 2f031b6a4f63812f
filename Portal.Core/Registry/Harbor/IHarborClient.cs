using Portal.Core.Backends;

namespace Portal.Core.Registry.Harbor;

/// <summary>
/// Harbor's projects, as the portal's own account sees and makes them. Fails with <see cref="BackendException"/> only;
/// <see cref="BackendFailure.Conflict"/> for what is there already and for what the state does not allow.
/// </summary>
public interface IHarborClient
{
    /// <summary>Gets version, way of sign-in, host and clock. Checks the account.</summary>
    Task<RegistrySystem> GetSystemAsync(CancellationToken cancellationToken);

    /// <summary>Gives a project, or null.</summary>
    Task<RegistryProject?> FindProjectAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists all projects, page by page.</summary>
    Task<IReadOnlyList<RegistryProject>> ListProjectsAsync(CancellationToken cancellationToken);

    /// <summary>Creates a private project.</summary>
    /// <param name="name">Name by Harbor's rule.</param>
    /// <param name="storageLimit">Limit in bytes, -1 unlimited.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task CreateProjectAsync(string name, long storageLimit, CancellationToken cancellationToken);

    /// <summary>Deletes a project; <see cref="BackendFailure.Conflict"/> while it holds repositories. One that is gone is fine.</summary>
    Task DeleteProjectAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists all members. One whose role does not exist is in no list.</summary>
    Task<IReadOnlyList<RegistryMember>> ListMembersAsync(string project, CancellationToken cancellationToken);

    /// <summary>Adds a member.</summary>
    Task AddMemberAsync(string project, long userId, MemberRole role, CancellationToken cancellationToken);

    /// <summary>Gives a member another role. Harbor takes roles that do not exist as well.</summary>
    Task SetMemberRoleAsync(string project, long memberId, MemberRole role, CancellationToken cancellationToken);

    /// <summary>Removes a member; one that is gone is fine.</summary>
    Task RemoveMemberAsync(string project, long memberId, CancellationToken cancellationToken);

    /// <summary>Gives a project's storage limit, or null.</summary>
    Task<RegistryQuota?> FindQuotaAsync(long projectId, CancellationToken cancellationToken);

    /// <summary>Lists a page of 100 projects' storage limits, the newest first.</summary>
    /// <param name="page">Page, from 1; after the last one the list is empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<RegistryQuota>> ListQuotasAsync(int page, CancellationToken cancellationToken);

    /// <summary>Sets a storage limit in bytes, -1 unlimited. Below what is used is allowed: then pushes fail.</summary>
    Task SetQuotaAsync(long quotaId, long limit, CancellationToken cancellationToken);
}

/// <summary>Harbor's users and robot accounts, as the portal's own account makes them. Fails with <see cref="BackendException"/> only.</summary>
public interface IHarborAccounts
{
    /// <summary>Gives the user of exactly this name, or null. The built-in admin is never found.</summary>
    Task<RegistryUser?> FindUserAsync(string userName, CancellationToken cancellationToken);

    /// <summary>Lists all users but the built-in admin, page by page; refused to an account that is no administrator's.</summary>
    Task<IReadOnlyList<RegistryUser>> ListUsersAsync(CancellationToken cancellationToken);

    /// <summary>Creates a user. <see cref="BackendFailure.Conflict"/>: the name or the e-mail address is taken, Harbor does not say which.</summary>
    Task CreateUserAsync(NewRegistryUser user, CancellationToken cancellationToken);

    /// <summary>Gives a user another password; <see cref="BackendFailure.Invalid"/> when it is the old one.</summary>
    Task SetPasswordAsync(long userId, string password, CancellationToken cancellationToken);

    /// <summary>Deletes a user; one that is gone is fine.</summary>
    Task DeleteUserAsync(long userId, CancellationToken cancellationToken);

    /// <summary>Says whether Harbor takes these credentials. Wrong ones freeze that account for 1.5 s, and the question takes as long.</summary>
    Task<bool> AcceptsAsync(HarborLogin login, CancellationToken cancellationToken);

    /// <summary>Lists all robot accounts of a project.</summary>
    Task<IReadOnlyList<RobotAccount>> ListRobotsAsync(long projectId, CancellationToken cancellationToken);

    /// <summary>Creates a robot account that does not expire, and gives its secret, which is shown only this once.</summary>
    Task<(long Id, HarborLogin Login)> CreateRobotAsync(NewRobotAccount robot, CancellationToken cancellationToken);

    /// <summary>Creates a robot account with the end that <see cref="NewRobotAccount.Days"/> says; as <see cref="CreateRobotAsync"/>.</summary>
    Task<MadeRobot> CreateExpiringRobotAsync(NewRobotAccount robot, CancellationToken cancellationToken);

    /// <summary>Replaces a robot's secret by the given one (rule of passwords).</summary>
    Task SetRobotSecretAsync(long robotId, string secret, CancellationToken cancellationToken);

    /// <summary>Deletes a robot account; one that is gone is fine.</summary>
    Task DeleteRobotAsync(long robotId, CancellationToken cancellationToken);
}
