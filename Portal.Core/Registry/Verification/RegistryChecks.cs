using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Verification;

/// <summary>The registry below <c>/v2/</c> and where it sends clients for their tokens.</summary>
internal sealed partial class RegistryChecks(HarborProbe probe)
{
    private Uri? realm;
    private string? service;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // With a query, because the slash at the end matters: /v2 is a page of the front proxy.
        var call = HarborProbe.Call(HttpMethod.Get, "/v2/", null, ("account", "portal"));
        try
        {
            await probe.SendAsync(call, null, cancellationToken).ConfigureAwait(false);
            probe.Add(CheckResult.Fail("challenge", "challenge.open", call));
        }
        catch (BackendException e) when (e is { Status: HttpStatusCode.Unauthorized, IsPage: false })
        {
            probe.Add(Challenge(call, e.Challenge));
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("challenge", call, e));
        }

        await TokenServiceAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says whether the token service grants a pull in the project to this login, and nothing to nobody.</summary>
    public async Task TokenAsync(string project, HarborLogin robot, CancellationToken cancellationToken)
    {
        if (realm is null)
        {
            probe.Add(CheckResult.Skip("token", "not-checked.no-challenge"));
            return;
        }

        var call = At(realm, ("service", service), ("scope", $"repository:{project}/app:pull"));
        try
        {
            var mine = await GrantsAsync(call, robot, cancellationToken).ConfigureAwait(false);
            var nobodys = await GrantsAsync(call, null, cancellationToken).ConfigureAwait(false);
            probe.Add(nobodys.Contains("pull") ? CheckResult.Fail("token", "token.for-nobody", call)
                : mine.Contains("pull") ? CheckResult.Pass("token", "token.ok", call)
                : CheckResult.Fail("token", "token.empty", call));
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("token", call, e));
        }
    }

    private CheckResult Challenge(BackendCall call, string? challenge)
    {
        var match = Bearer().Match(challenge ?? "");
        if (!match.Success || !Uri.TryCreate(match.Groups["realm"].Value, UriKind.Absolute, out var found) || found.Scheme is not ("http" or "https"))
        {
            return CheckResult.Fail("challenge", "challenge.missing", call, ("challenge", challenge ?? ""));
        }

        (realm, service) = (found, match.Groups["service"].Value);
        var given = new Uri(probe.Target.Url);
        return (given.Scheme, found.Scheme) is ("https", "http") ? CheckResult.Fail("challenge", "challenge.plain", call, ("realm", $"{found}"))
            : given.Authority != found.Authority ? CheckResult.Warning("challenge", "challenge.other-host", call, ("realm", $"{found}"))
            : CheckResult.Pass("challenge", "challenge.ok", call, ("realm", $"{found}"));
    }

    // Without a scope and without credentials the token service says 401, which shows that it is one.
    private async Task TokenServiceAsync(CancellationToken cancellationToken)
    {
        if (realm is null)
        {
            probe.Add(CheckResult.Skip("token-service", "not-checked.no-challenge"));
            return;
        }

        var call = At(realm, ("service", service));
        try
        {
            await probe.SendAsync(call, null, cancellationToken).ConfigureAwait(false);
            probe.Add(CheckResult.Pass("token-service", "token-service.ok", call));
        }
        catch (BackendException e) when (e is { Status: HttpStatusCode.Unauthorized, IsPage: false })
        {
            probe.Add(CheckResult.Pass("token-service", "token-service.ok", call));
        }
        catch (BackendException e) when (e.Status is null && realm.Authority != new Uri(probe.Target.Url).Authority)
        {
            // The portal may be where only nodes and people can go.
            probe.Add(CheckResult.Warning("token-service", "token-service.not-from-here", call, ("host", realm.Authority)));
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("token-service", call, e));
        }
    }

    private async Task<IReadOnlyList<string>> GrantsAsync(BackendCall call, HarborLogin? login, CancellationToken cancellationToken)
    {
        var wire = (await probe.SendAsync(call, login, cancellationToken).ConfigureAwait(false)).Read<TokenWire>();
        try
        {
            var claims = JsonSerializer.Deserialize<ClaimsWire>(Base64Url.DecodeFromChars(wire.Token!.Split('.')[1]), BackendJson.Options);
            return [.. (claims?.Access ?? []).SelectMany(a => a.Actions ?? [])];
        }
        catch (Exception e) when (e is FormatException or JsonException or IndexOutOfRangeException or NullReferenceException)
        {
            throw new BackendException(HarborHttp.Backend, call.Operation, BackendFailure.Unexpected, "the token is not one that can be read", HttpStatusCode.OK);
        }
    }

    private static BackendCall At(Uri url, params ReadOnlySpan<(string, string?)> query) =>
        HarborProbe.Call(HttpMethod.Get, url.AbsolutePath, null, query) with { BaseUrl = url.GetLeftPart(UriPartial.Authority) };

    private sealed record TokenWire(string? Token)
    {
        // A record would print its secret.
        public override string ToString() => "token";
    }

    private sealed record ClaimsWire(AccessWire[]? Access);

    private sealed record AccessWire(string[]? Actions);

    [GeneratedRegex("""^Bearer .*realm="(?<realm>[^"]+)"(.*service="(?<service>[^"]*)")?""", RegexOptions.IgnoreCase)]
    private static partial Regex Bearer();
}
