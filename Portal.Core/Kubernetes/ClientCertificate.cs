using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Core.Kubernetes;

/// <summary>A key made here and the request for its certificate; the key never leaves the process in clear.</summary>
public sealed class ClientCertificate : IDisposable
{
    private readonly RSA key = RSA.Create(2048);

    /// <summary>Gets the private key, PKCS#8 PEM; a secret.</summary>
    public string PrivateKeyPem => key.ExportPkcs8PrivateKeyPem();

    /// <summary>Makes the request for a user (CN) and a group (O, or null).</summary>
    public string RequestPem(string user, string? group)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(user);
        if (group is not null)
        {
            name.AddOrganizationName(group);
        }

        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        return request.CreateSigningRequestPem();
    }

    /// <inheritdoc />
    public void Dispose() => key.Dispose();
}
