using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portal.Core.Backends;
using Portal.Core.Identity.Keystone;

namespace Portal.Core.Identity.Platform;

/// <summary>What the portal's own credential can do in a region, as last looked at.</summary>
/// <param name="Region">Where.</param>
/// <param name="CheckedAt">When, UTC.</param>
/// <param name="Projects">How many projects of tenants it may enter.</param>
/// <param name="Problems">What is missing, one sentence each; empty when all is well.</param>
public sealed record PlatformCredentialState(CloudRegion Region, DateTimeOffset CheckedAt, int Projects, ImmutableArray<string> Problems);

/// <summary>Checks at start-up what the service user can do, so that a missing role is known before the first plan fails on it.</summary>
public interface IPlatformCredentialCheck
{
    /// <summary>Gets the last look at each region; empty before the first.</summary>
    ImmutableArray<PlatformCredentialState> States { get; }

    /// <summary>Looks at every region, logs what is missing. Does not throw for what a backend says.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Projects that are no tenant's.</summary>
internal static class PlatformProjects
{
    /// <summary>heat/common: the description of the project that every stack gets in Heat's own domain. Nobody enters it.</summary>
    public const string OfHeat = "Heat stack user project";
}

/// <inheritdoc />
internal sealed class PlatformCredentialCheck(IKeystoneClient keystone, ICloudDirectory clouds, TimeProvider time, ILogger<PlatformCredentialCheck> logger) : IPlatformCredentialCheck
{
    private const string Admin = "admin";

    public ImmutableArray<PlatformCredentialState> States { get; private set; } = [];

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var states = ImmutableArray.CreateBuilder<PlatformCredentialState>();
        foreach (var region in clouds.Regions.DistinctBy(r => r.Cloud))
        {
            var state = await LookAsync(region, cancellationToken).ConfigureAwait(false);
            states.Add(state);
            Tell(state);
        }

        States = states.ToImmutable();
    }

    private async Task<PlatformCredentialState> LookAsync(CloudRegion region, CancellationToken cancellationToken)
    {
        var user = clouds.Of(region).ServiceUser;
        try
        {
            var own = await keystone.SignInServiceUserAsync(region, null, cancellationToken).ConfigureAwait(false);
            if (!own.Roles.Contains(Admin))
            {
                return State(region, 0, $"user {user.Name} has no role admin on its project {user.Project}: openstack role add --user {user.Name} --user-domain {user.Domain} --project {user.Project} --project-domain {user.ProjectDomain} admin");
            }

            return await CompareAsync(region, user, own, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Forbidden)
        {
            return State(region, 0, $"Keystone refuses user {user.Name} of domain {user.Domain} in project {user.Project}: wrong password, no such project, or no role there");
        }
        catch (BackendException e)
        {
            return State(region, 0, $"it could not be checked: {e.Message}");
        }
    }

    // Magnum signs certificates for administrators in the tenant's project only, so the service user has to get into each.
    private async Task<PlatformCredentialState> CompareAsync(CloudRegion region, ServiceUserOptions user, KeystoneToken own, CancellationToken cancellationToken)
    {
        var all = await keystone.ListAllProjectsAsync(region, own.Value, cancellationToken).ConfigureAwait(false);
        var mine = await keystone.ListProjectsAsync(region, own.Value, cancellationToken).ConfigureAwait(false);
        var tenants = all.Where(p => p.DomainId != own.Project!.DomainId && p.Description != PlatformProjects.OfHeat).ToList();
        var enters = mine.Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        var missing = tenants.Where(p => !enters.Contains(p.Id)).GroupBy(p => p.DomainId, StringComparer.Ordinal).ToList();
        return State(region, tenants.Count(p => enters.Contains(p.Id)), [.. missing.Select(domain =>
            $"it may not enter {domain.Count()} projects of domain {domain.Key} ({string.Join(", ", domain.Take(3).Select(p => p.Name))}{(domain.Count() > 3 ? ", …" : "")}): openstack role add --user {user.Name} --user-domain {user.Domain} --domain {domain.Key} --inherited admin")]);
    }

    private PlatformCredentialState State(CloudRegion region, int projects, params ImmutableArray<string> problems) => new(region, time.GetUtcNow(), projects, problems);

    private void Tell(PlatformCredentialState state)
    {
        foreach (var problem in state.Problems)
        {
            logger.CredentialIncomplete(state.Region.Cloud, state.Region.Region, problem);
        }

        if (state.Problems.IsEmpty)
        {
            logger.CredentialComplete(state.Region.Cloud, state.Region.Region, state.Projects);
        }
    }
}
