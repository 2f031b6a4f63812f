using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Core.Registry.Verification;

/// <summary>A server's certificate, looked at without believing it: the handshake is always broken off, nothing is sent.</summary>
internal sealed record CertificateLook(string Subject, string Issuer, DateTimeOffset Ends, SslPolicyErrors Errors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Gives what the server shows, or null when there is none to be seen.</summary>
    public static async Task<CertificateLook?> AtAsync(Uri url, CancellationToken cancellationToken)
    {
        CertificateLook? seen = null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(url.Host, url.Port, patience.Token).ConfigureAwait(false);
            var stream = new SslStream(client.GetStream());
            await using var _ = stream.ConfigureAwait(false);
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = url.Host,
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    seen = certificate is X509Certificate2 shown ? new(shown.Subject, shown.Issuer, new DateTimeOffset(shown.NotAfter), errors) : null;
                    return false;
                },
            };
            await stream.AuthenticateAsClientAsync(options, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or SocketException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return seen;
    }
}
