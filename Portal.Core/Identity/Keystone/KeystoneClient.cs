using System.Net;
using Portal.Core.Backends;

namespace Portal.Core.Identity.Keystone;

/// <inheritdoc />
internal sealed class KeystoneClient(BackendHttp http, ICloudDirectory clouds) : IKeystoneClient
{
    private const string Backend = "keystone";
    private const string SubjectToken = "X-Subject-Token";
    private const string AuthToken = "X-Auth-Token";

    public async Task<KeystoneToken> ExchangeAsync(CloudRegion region, string accessToken, CancellationToken cancellationToken)
    {
        var cloud = clouds.Of(region);
        var path = $"OS-FEDERATION/identity_providers/{Uri.EscapeDataString(cloud.IdentityProvider!)}/protocols/{Uri.EscapeDataString(cloud.Protocol)}/auth";
        var call = Call(region, "exchange the access token", path) with { Method = HttpMethod.Post, Headers = [("Authorization", "Bearer " + accessToken)] };
        try
        {
            return Subject(await http.SendAsync(call, cancellationToken).ConfigureAwait(false));
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw e.As(ExchangeFailure(e.Challenge));
        }
    }

    public async Task<IReadOnlyList<Project>> ListProjectsAsync(CloudRegion region, string token, CancellationToken cancellationToken)
    {
        var call = Call(region, "list the projects of a person", "auth/projects") with { Headers = [(AuthToken, token)] };
        return (await http.GetAsync<KeystoneWire.ProjectList>(call, cancellationToken).ConfigureAwait(false)).ToProjects();
    }

    public async Task<KeystoneToken> RescopeAsync(CloudRegion region, string token, string projectId, CancellationToken cancellationToken)
    {
        var call = Call(region, "enter the project", "auth/tokens") with { Method = HttpMethod.Post, Body = KeystoneWire.RescopeBody(token, projectId) };
        try
        {
            return Subject(await http.SendAsync(call, cancellationToken).ConfigureAwait(false));
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.NotFound)
        {
            throw e.As(BackendFailure.SignInAgain);
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized)
        {
            throw e.As(BackendFailure.Forbidden);
        }
    }

    public Task<KeystoneToken> SignInServiceUserAsync(CloudRegion region, string? projectId, CancellationToken cancellationToken)
    {
        var user = clouds.Of(region).ServiceUser;
        return PasswordAsync(region, "sign the service user in", KeystoneWire.PasswordBody(user, KeystoneWire.ProjectScope(user, projectId)), cancellationToken);
    }

    public Task<KeystoneToken> SignInServiceUserUnscopedAsync(CloudRegion region, CancellationToken cancellationToken) =>
        PasswordAsync(region, "sign the service user in without a project", KeystoneWire.PasswordBody(clouds.Of(region).ServiceUser, null), cancellationToken);

    public async Task<IReadOnlyList<Project>> ListAllProjectsAsync(CloudRegion region, string token, CancellationToken cancellationToken)
    {
        var call = Call(region, "list all projects", "projects") with { Headers = [(AuthToken, token)] };
        return (await http.GetAsync<KeystoneWire.ProjectList>(call, cancellationToken).ConfigureAwait(false)).ToProjects();
    }

    public async Task<IReadOnlyList<Project>> ListProjectsOfCloudAsync(CloudRegion region, string token, CancellationToken cancellationToken)
    {
        // Keystone says nothing of pages: with list_limit it leaves the rest out, and who took that for all would call it deleted.
        var call = Call(region, "list all projects", "projects") with { Headers = [(AuthToken, token)] };
        var list = await http.GetAsync<KeystoneWire.ProjectList>(call, cancellationToken).ConfigureAwait(false);
        return list.Truncated
            ? throw new BackendException(Backend, call.Operation, BackendFailure.Unexpected, $"only {list.Projects.Count} projects were listed, the option list_limit left out the rest")
            : [.. list.Projects.Where(p => !p.IsDomain).Select(p => p.ToProject())];
    }

    public async Task<Project?> FindProjectOfCloudAsync(CloudRegion region, string projectId, string token, CancellationToken cancellationToken)
    {
        var call = Call(region, "get project", "projects/" + Uri.EscapeDataString(projectId)) with { Headers = [(AuthToken, token)] };
        try
        {
            return (await http.GetAsync<KeystoneWire.OneProject>(call, cancellationToken).ConfigureAwait(false)).Project.ToProject();
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<Domain>> ListDomainsAsync(CloudRegion region, string token, CancellationToken cancellationToken)
    {
        var call = Call(region, "list all domains", "domains") with { Headers = [(AuthToken, token)] };
        return [.. (await http.GetAsync<KeystoneWire.DomainList>(call, cancellationToken).ConfigureAwait(false)).Domains.Select(d => new Domain(d.Id, d.Name, d.Enabled))];
    }

    public async Task<KeystoneToken?> FindTokenAsync(CloudRegion region, string token, CancellationToken cancellationToken)
    {
        var call = Call(region, "look a token up", "auth/tokens") with { Headers = [(AuthToken, token), (SubjectToken, token)] };
        try
        {
            return (await http.GetAsync<KeystoneWire.TokenAnswer>(call, cancellationToken).ConfigureAwait(false)).Token.ToToken(token);
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task RevokeAsync(CloudRegion region, string token, CancellationToken cancellationToken)
    {
        var call = Call(region, "revoke a token", "auth/tokens") with { Method = HttpMethod.Delete, Headers = [(AuthToken, token), (SubjectToken, token)] };
        try
        {
            await http.SendAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound)
        {
            // Its life had ended already.
        }
    }

    // Apache answers before Keystone does, with a page: the reason is in a header when the token is no good, and nowhere when it is
    // good but not what `Require claim` asks for. Keystone itself answers 401 when no mapping rule matches.
    private static BackendFailure ExchangeFailure(string? challenge) =>
        challenge?.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase) is true && !challenge.Contains("insufficient_scope", StringComparison.Ordinal)
            ? BackendFailure.SignInAgain
            : BackendFailure.Forbidden;

    private async Task<KeystoneToken> PasswordAsync(CloudRegion region, string operation, object body, CancellationToken cancellationToken)
    {
        try
        {
            return Subject(await http.SendAsync(Call(region, operation, "auth/tokens") with { Method = HttpMethod.Post, Body = body }, cancellationToken).ConfigureAwait(false));
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized)
        {
            throw e.As(BackendFailure.Forbidden);
        }
    }

    private static KeystoneToken Subject(BackendAnswer answer)
    {
        var value = answer.Header(SubjectToken) ?? throw new BackendException(Backend, "read a token", BackendFailure.Unexpected, $"no {SubjectToken} header", answer.Status, answer.RequestId);
        return answer.Read<KeystoneWire.TokenAnswer>().Token.ToToken(value);
    }

    private BackendCall Call(CloudRegion region, string operation, string path) => new()
    {
        Backend = Backend,
        Operation = operation,
        Path = path,
        BaseUrl = clouds.Of(region).KeystoneUrl,
        Version = "v3",
        Region = region,
    };
}
