using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Identity.Keystone;
using Portal.Core.Identity.Platform;

namespace Portal.Core.Mapping.Comparison;

/// <summary>Keystone's projects, all of them, as the portal's own credential lists them.</summary>
internal interface ICloudProjects
{
    /// <summary>Lists the projects of every cloud, enabled or not, without those that Heat makes for itself.</summary>
    Task<IReadOnlyList<CloudProject>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Says whether no cloud has the project: it is in no list, and each Keystone says so when asked for it. False while its cloud is not configured.</summary>
    /// <param name="projectId">Keystone project id.</param>
    /// <param name="cloud">The cloud that it was in, or null when that is not known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BackendException">A Keystone failed, or cut its list short: that is no answer.</exception>
    Task<bool> IsGoneAsync(string projectId, string? cloud, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class CloudProjects(IKeystoneClient keystone, IPlatformScope platform, ICloudDirectory clouds) : ICloudProjects
{
    public async Task<IReadOnlyList<CloudProject>> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<CloudProject>();
        foreach (var region in clouds.Regions.DistinctBy(r => r.Cloud))
        {
            var scope = await platform.ForCloudAsync(region, "mapping.compare", cancellationToken).ConfigureAwait(false);
            var projects = await AskAsync(scope, t => keystone.ListProjectsOfCloudAsync(region, t, cancellationToken), cancellationToken).ConfigureAwait(false);
            var domains = (await AskAsync(scope, t => keystone.ListDomainsAsync(region, t, cancellationToken), cancellationToken).ConfigureAwait(false)).ToDictionary(d => d.Id, StringComparer.Ordinal);
            all.AddRange(projects.Where(p => p.Description != PlatformProjects.OfHeat).Select(p => domains.TryGetValue(p.DomainId, out var domain)
                ? new CloudProject(region, p, domain.Name, domain.IsEnabled)
                : new CloudProject(region, p, p.DomainId, true)));
        }

        return all;
    }

    public async Task<bool> IsGoneAsync(string projectId, string? cloud, CancellationToken cancellationToken)
    {
        var all = clouds.Regions.DistinctBy(r => r.Cloud).ToList();
        if ((cloud is not null && all.TrueForAll(r => r.Cloud != cloud)) || (await ListAsync(cancellationToken).ConfigureAwait(false)).Any(p => p.Project.Id == projectId))
        {
            return false;
        }

        foreach (var region in all)
        {
            var scope = await platform.ForCloudAsync(region, "mapping.remove", cancellationToken).ConfigureAwait(false);
            if (await AskAsync(scope, t => keystone.FindProjectOfCloudAsync(region, projectId, t, cancellationToken), cancellationToken).ConfigureAwait(false) is not null)
            {
                return false;
            }
        }

        return true;
    }

    // A token that ended early is replaced once.
    private static async Task<T> AskAsync<T>(Scope scope, Func<string, Task<T>> ask, CancellationToken cancellationToken)
    {
        var token = await scope.Tokens.GetTokenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ask(token.Value).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.SignInAgain)
        {
            await scope.Tokens.RefuseAsync(token, cancellationToken).ConfigureAwait(false);
            token = await scope.Tokens.GetTokenAsync(cancellationToken).ConfigureAwait(false);
            return await ask(token.Value).ConfigureAwait(false);
        }
    }
}
