using System.Collections.Immutable;
using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;

namespace Portal.Core.Registry.Harbor;

/// <summary>Calls Harbor: credentials, the header that makes a name a name, pages, and Harbor's own meaning of statuses.</summary>
internal sealed class HarborHttp(BackendHttp http, HarborInUse harbor, IOptions<HarborOptions> options, TimeProvider time)
{
    public const string Backend = "harbor";
    public const int PageSize = 100;
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(2);

    public HarborOptions Options => options.Value;

    public static BackendCall Call(HttpMethod method, string operation, string path, object? body = null, params (string Name, string? Value)[] query) => new()
    {
        Backend = Backend,
        Operation = operation,
        Method = method,
        Path = "/api/v2.0" + path,
        Body = body,
        Query = [.. query],
    };

    /// <summary>Sends a call with the portal's own account; a 401 is asked once more after the freeze that somebody's wrong password may have caused, with the password read again: it may have been replaced.</summary>
    public async Task<BackendAnswer> SendAsync(BackendCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await SendOwnAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized)
        {
            // Nothing was done, so whatever it was may be sent again: with the password that stands there now.
            await Task.Delay(Frozen, time, cancellationToken).ConfigureAwait(false);
            return await SendOwnAsync(call, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the host that clients use where somebody has set it, or null for what Harbor says itself.</summary>
    public async Task<string?> FindRegistryHostAsync(CancellationToken cancellationToken) => (await harbor.FindAsync(cancellationToken).ConfigureAwait(false))?.RegistryHost;

    /// <summary>Gives the call to a Harbor that need not be the one in use.</summary>
    public static BackendCall At(BackendCall call, HarborLink link) => call with { BaseUrl = link.Url, Authority = link.Authority };

    /// <summary>Sends a call in somebody else's name, once.</summary>
    public async Task<BackendAnswer> SendAsync(BackendCall call, HarborLogin login, CancellationToken cancellationToken)
    {
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.UserName}:{login.Password}"));
        var there = call.BaseUrl is null ? At(call, await LinkAsync(call, cancellationToken).ConfigureAwait(false)) : call;
        var whole = there with
        {
            Headers = [.. call.Headers, ("Authorization", "Basic " + basic), ("X-Is-Resource-Name", "true")],
        };
        try
        {
            return await http.SendAsync(whole, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e)
        {
            throw Translate(e);
        }
    }

    /// <summary>Sends a call as a Harbor user whose password is kept here; a 401 is asked once more, as for the portal's own account.</summary>
    public async Task<BackendAnswer> SendAsAsync(BackendCall call, HarborLogin user, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(call, user, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized)
        {
            await Task.Delay(Frozen, time, cancellationToken).ConfigureAwait(false);
            return await SendAsync(call, user, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads one object as a Harbor user, or null when there is none.</summary>
    public async Task<T?> FindAsync<T>(BackendCall call, HarborLogin user, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (await SendAsAsync(call, user, cancellationToken).ConfigureAwait(false)).Read<T>();
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>Reads one object, or null when there is none.</summary>
    public async Task<T?> FindAsync<T>(BackendCall call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (await SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<T>();
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>Reads a list to its last page. The total is not believed: filters do not change it.</summary>
    public async Task<ImmutableArray<T>> ListAsync<T>(BackendCall call, CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<T>();
        for (var page = 1; ; page++)
        {
            var wanted = call with { Query = [.. call.Query, ("page", $"{page}"), ("page_size", $"{PageSize}")] };
            var items = (await SendAsync(wanted, cancellationToken).ConfigureAwait(false)).Read<T[]>();
            all.AddRange(items);
            if (items.Length < PageSize)
            {
                return all.ToImmutable();
            }
        }
    }

    /// <summary>Deletes; what is gone already is fine.</summary>
    public async Task DeleteAsync(string operation, string path, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(Call(HttpMethod.Delete, operation, path), cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            // Gone.
        }
    }

    private async Task<BackendAnswer> SendOwnAsync(BackendCall call, CancellationToken cancellationToken)
    {
        var link = await LinkAsync(call, cancellationToken).ConfigureAwait(false);
        return await SendAsync(At(call, link), link.Login, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HarborLink> LinkAsync(BackendCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await harbor.GetAsync(call.Operation, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It may be being replaced this moment.
            throw new BackendException(Backend, call.Operation, BackendFailure.Unreachable, $"the file of the account's password (Portal:Harbor:PasswordFile) cannot be read: {e.GetType().Name}");
        }
    }

    // 401 is the portal's own account or a project's, never the person's sign-in; 409 is there already, whatever words the
    // name brings into the message; 412 is a state that does not allow it; read-only mode ends by itself.
    private static BackendException Translate(BackendException e)
    {
        var failure = e.Status switch
        {
            HttpStatusCode.Unauthorized => BackendFailure.Forbidden,
            HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => BackendFailure.Conflict,
            HttpStatusCode.Forbidden when e.Answer?.Contains("read only mode", StringComparison.Ordinal) == true => BackendFailure.Throttled,
            HttpStatusCode.Forbidden when e.Answer?.Contains("exceed the configured upper limit", StringComparison.Ordinal) == true => BackendFailure.QuotaExceeded,
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => BackendFailure.Invalid,
            HttpStatusCode.InsufficientStorage => BackendFailure.QuotaExceeded,
            _ => e.Failure,
        };
        return failure == e.Failure ? e : new BackendException(e.Backend, e.Operation, failure, e.Answer, e.Status, e.RequestId) { RetryAfter = e.RetryAfter };
    }
}
