using System.Net;
using System.Security.Cryptography;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Verification;

/// <summary>What one run makes in Harbor, under one random name, and how all of it is taken away again.</summary>
internal sealed class Trial(HarborProbe probe)
{
    private const string Letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Gets the project's name.</summary>
    public string Project { get; } = HarborProbe.Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    public HarborLogin Member => field ??= new(Project + "-member", NewPassword());

    public HarborLogin Stranger => field ??= new(Project + "-stranger", NewPassword());

    private string Path => "/projects/" + Project;

    public static string NewPassword() => "Aa1" + RandomNumberGenerator.GetString(Letters, 29);

    public BackendCall Of(HttpMethod method, string below = "", object? body = null) => HarborProbe.Api(method, Path + below, body);

    /// <summary>Deletes by name what may have been made, also where the answer that told so was lost, and looks whether it is gone. Not stopped by what stopped the run.</summary>
    public async Task<CheckResult> CleanUpAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var call = Of(HttpMethod.Delete);
        var left = new List<string>();
        string? why = null;
        Func<CancellationToken, Task<bool>>[] deletions = [DeleteProjectAsync, stop => DeleteUserAsync(Member.UserName, stop), stop => DeleteUserAsync(Stranger.UserName, stop)];
        foreach (var (name, delete) in new[] { Project, Member.UserName, Stranger.UserName }.Zip(deletions))
        {
            try
            {
                if (!await delete(patience.Token).ConfigureAwait(false))
                {
                    left.Add(name);
                }
            }
            catch (Exception e) when (e is BackendException or OperationCanceledException)
            {
                left.Add(name);
                why ??= (e as BackendException)?.Answer ?? (e as BackendException)?.Failure.ToString();
            }
        }

        return left.Count == 0 ? CheckResult.Pass("cleanup", "cleanup.ok", call) : CheckResult.Fail("cleanup", "cleanup.left", call, ("names", string.Join(", ", left)), ("answer", why ?? ""));
    }

    private async Task<bool> DeleteProjectAsync(CancellationToken cancellationToken)
    {
        await DeleteAsync(Of(HttpMethod.Delete), cancellationToken).ConfigureAwait(false);
        try
        {
            await probe.SendAsync(Of(HttpMethod.Get), cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.NotFound)
        {
            return true;
        }
    }

    private async Task<bool> DeleteUserAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var user in await FindAsync(name, cancellationToken).ConfigureAwait(false))
        {
            await DeleteAsync(HarborProbe.Api(HttpMethod.Delete, $"/users/{user.UserId}"), cancellationToken).ConfigureAwait(false);
        }

        return (await FindAsync(name, cancellationToken).ConfigureAwait(false)).Count == 0;
    }

    // A filter that Harbor does not understand would give everybody, so the name is compared here.
    private async Task<List<UserWire>> FindAsync(string name, CancellationToken cancellationToken)
    {
        var call = HarborProbe.Api(HttpMethod.Get, "/users", null, ("q", "username=" + name), ("page_size", "100"));
        return [.. (await probe.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<UserWire[]>().Where(u => u.Username == name)];
    }

    private async Task DeleteAsync(BackendCall call, CancellationToken cancellationToken)
    {
        try
        {
            await probe.SendAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.NotFound)
        {
            // Gone, or never made.
        }
    }

    private sealed record UserWire(long UserId, string? Username);
}
