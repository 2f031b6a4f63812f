using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using Portal.Core.Backends;

namespace Portal.Core.Registry.Verification;

/// <summary>Whether a Harbor answers there, by TLS, and keeps the request id.</summary>
internal sealed class ReachChecks(HarborProbe probe)
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var id = HarborProbe.Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var call = HarborProbe.Api(HttpMethod.Get, "/systeminfo") with { Headers = [("X-Request-Id", id)] };
        var began = probe.Time.GetTimestamp();
        try
        {
            var answer = await probe.SendAsync(call, null, cancellationToken).ConfigureAwait(false);
            var took = probe.Time.GetElapsedTime(began);
            if (answer.Read<SystemWire>().AuthMode is null)
            {
                probe.Add(CheckResult.Fail("reachable", "reachable.not-harbor", call));
                return false;
            }

            var seconds = took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            probe.Add(took > Slow ? CheckResult.Warning("reachable", "reachable.slow", call, ("seconds", seconds)) : CheckResult.Pass("reachable", "reachable.ok", call, ("seconds", seconds)));
            await CertificateAsync(cancellationToken).ConfigureAwait(false);
            probe.Add(answer.RequestId == id
                ? CheckResult.Pass("request-id", "request-id.ok", call)
                : CheckResult.Warning("request-id", answer.RequestId is null ? "request-id.missing" : "request-id.replaced", call));
            return true;
        }
        catch (BackendException e) when (e.Answer is nameof(HttpRequestError.SecureConnectionError))
        {
            probe.Add(CheckResult.Fail("reachable", "reachable.tls", call));
            await RefusedAsync(cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("reachable", call, e));
            return false;
        }
    }

    private async Task CertificateAsync(CancellationToken cancellationToken)
    {
        var url = new Uri(probe.Target.Url);
        if (url.Scheme != Uri.UriSchemeHttps)
        {
            probe.Add(CheckResult.Warning("tls", "tls.plain", null));
            return;
        }

        var look = await CertificateLook.AtAsync(url, cancellationToken).ConfigureAwait(false);
        probe.Add(look switch
        {
            null => CheckResult.Pass("tls", "tls.unseen", null),
            _ when look.Ends - probe.Time.GetUtcNow() < Soon => CheckResult.Warning("tls", "tls.ends-soon", null, Words(look)),
            _ => CheckResult.Pass("tls", "tls.ok", null, Words(look)),
        });
    }

    private async Task RefusedAsync(CancellationToken cancellationToken)
    {
        var look = await CertificateLook.AtAsync(new Uri(probe.Target.Url), cancellationToken).ConfigureAwait(false);
        var code = look switch
        {
            null => "tls.refused",
            _ when look.Ends < probe.Time.GetUtcNow() => "tls.ended",
            _ when look.Errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => "tls.other-name",
            _ => "tls.untrusted",
        };
        probe.Add(CheckResult.Fail("tls", code, null, look is null ? [] : Words(look)));
    }

    private static (string, string)[] Words(CertificateLook look) =>
        [("subject", look.Subject), ("issuer", look.Issuer), ("ends", look.Ends.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];

    private sealed record SystemWire(string? AuthMode);
}
