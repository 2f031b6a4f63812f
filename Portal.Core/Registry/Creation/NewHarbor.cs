using System.Net;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Creation;

/// <summary>A Harbor before it is registered, as the account of the link sees it.</summary>
internal sealed class NewHarbor(HarborHttp http, HarborLink link)
{
    private const string Comment = "Container Platform Portal";

    public HarborLogin Login => link.Login;

    /// <summary>Gives the same Harbor for another account.</summary>
    public NewHarbor As(HarborLogin login) => new(http, link with { Login = login });

    /// <summary>Gives who the account is, or null when it is refused; asked twice, because a wrong password freezes an account for 1.5 s.</summary>
    public async Task<HarborPerson?> FindMeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await SendAsync(HarborHttp.Call(HttpMethod.Get, "check a log-in", "/users/current"), cancellationToken).ConfigureAwait(false)).Read<HarborPerson>();
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized)
        {
            return null;
        }
    }

    /// <summary>Changes the account's own password.</summary>
    public Task ChangePasswordAsync(long userId, string password, CancellationToken cancellationToken) =>
        SendAsync(HarborHttp.Call(HttpMethod.Put, "set password", $"/users/{userId}/password", new { OldPassword = link.Login.Password, NewPassword = password }), cancellationToken);

    /// <summary>Gives the user of exactly this name, or null.</summary>
    public async Task<HarborPerson?> FindUserAsync(string name, CancellationToken cancellationToken)
    {
        var call = HarborHttp.Call(HttpMethod.Get, "find user", "/users", null, ("q", "username=" + Uri.EscapeDataString(name)), ("page_size", "100"));
        return (await SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<HarborPerson[]>().FirstOrDefault(u => u.Username == name);
    }

    public Task CreateUserAsync(NewRegistryUser user, CancellationToken cancellationToken)
    {
        var body = new { Username = user.UserName, user.Email, Realname = user.RealName, user.Password, Comment };
        return SendAsync(HarborHttp.Call(HttpMethod.Post, "create user", "/users", body), cancellationToken);
    }

    public Task MakeAdministratorAsync(long userId, CancellationToken cancellationToken) =>
        SendAsync(HarborHttp.Call(HttpMethod.Put, "make an administrator", $"/users/{userId}/sysadmin", new { SysadminFlag = true }), cancellationToken);

    public async Task<IReadOnlyList<HarborScanner>> ListScannersAsync(CancellationToken cancellationToken) =>
        (await SendAsync(HarborHttp.Call(HttpMethod.Get, "list scanners", "/scanners"), cancellationToken).ConfigureAwait(false)).Read<HarborScanner[]?>() ?? [];

    public Task SetDefaultScannerAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HarborHttp.Call(HttpMethod.Patch, "set the default scanner", "/scanners/" + Uri.EscapeDataString(id), new { IsDefault = true }), cancellationToken);

    private Task<BackendAnswer> SendAsync(BackendCall call, CancellationToken cancellationToken) => http.SendAsAsync(HarborHttp.At(call, link), link.Login, cancellationToken);
}

/// <summary>A user as Harbor has it.</summary>
internal sealed record HarborPerson(long UserId, string? Username, bool SysadminFlag);

/// <summary>A scanner as Harbor has it.</summary>
internal sealed record HarborScanner(string Uuid, string? Name, bool IsDefault, bool Disabled);
