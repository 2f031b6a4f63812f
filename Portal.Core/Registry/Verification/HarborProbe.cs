using System.Collections.Immutable;
using System.Net;
using System.Text;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Verification;

/// <summary>The calls of one run, and the results so far.</summary>
internal sealed class HarborProbe(BackendHttp http, HarborTarget target, Action<CheckResult> told, TimeProvider time)
{
    /// <summary>Prefix of everything that a run makes.</summary>
    public const string Prefix = "portal-verify-";
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(2);
    private readonly List<CheckResult> results = [];

    public HarborTarget Target => target;

    public TimeProvider Time => time;

    /// <summary>Gets the results in the order of <see cref="CheckNames"/>.</summary>
    public ImmutableArray<CheckResult> Results => [.. results.OrderBy(r => CheckNames.All.IndexOf(r.Check))];

    public static BackendCall Api(HttpMethod method, string path, object? body = null, params ReadOnlySpan<(string Name, string? Value)> query) =>
        Call(method, "/api/v2.0" + path, body, query);

    public static BackendCall Call(HttpMethod method, string path, object? body = null, params ReadOnlySpan<(string Name, string? Value)> query) => new()
    {
        Backend = HarborHttp.Backend,
        Operation = "verify",
        Method = method,
        Path = path,
        Body = body,
        Query = [.. query],
        Timeout = TimeSpan.FromSeconds(20),
        Retry = false,
    };

    public void Add(CheckResult result)
    {
        results.Add(result);
        told(result);
    }

    /// <summary>Says of every check that has no result yet why it has none.</summary>
    public void SkipRest(string code)
    {
        foreach (var check in CheckNames.All.Except(results.Select(r => r.Check)).ToList())
        {
            Add(CheckResult.Skip(check, code));
        }
    }

    /// <summary>Asks as the account; a 401 is asked once more after the freeze that somebody's wrong password may have caused.</summary>
    public async Task<BackendAnswer> SendAsync(BackendCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(call, target.Login, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized)
        {
            await Task.Delay(Frozen, time, cancellationToken).ConfigureAwait(false);
            return await SendAsync(call, target.Login, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks as somebody else, or as nobody.</summary>
    public Task<BackendAnswer> SendAsync(BackendCall call, HarborLogin? login, CancellationToken cancellationToken)
    {
        ImmutableArray<(string, string)> headers = [.. call.Headers, ("X-Is-Resource-Name", "true")];
        if (login is not null)
        {
            headers = headers.Add(("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.UserName}:{login.Password}"))));
        }

        return http.SendAsync(call with { BaseUrl = call.BaseUrl ?? target.Url, Authority = target.Authority, Headers = headers }, cancellationToken);
    }

    /// <summary>One check that is one call as the account.</summary>
    public async Task<bool> CheckAsync(string check, BackendCall call, Func<BackendAnswer, CheckResult> judge, CancellationToken cancellationToken)
    {
        CheckResult result;
        try
        {
            result = judge(await SendAsync(call, cancellationToken).ConfigureAwait(false));
        }
        catch (BackendException e)
        {
            result = CheckResult.Of(check, call, e);
        }

        Add(result);
        return result.Outcome is CheckOutcome.Pass or CheckOutcome.Warning;
    }
}
