using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Sandbox.World;

/// <summary>A real certificate authority (RSA, as Magnum makes one per cluster).</summary>
public sealed class CertificateAuthority
{
    private readonly X509Certificate2 certificate;
    private readonly X509Certificate2? server;

    private CertificateAuthority(X509Certificate2 certificate, X509Certificate2? server = null)
    {
        this.certificate = certificate;
        this.server = server;
    }

    /// <summary>Gets the CA's certificate, PEM.</summary>
    public string CertificatePem => certificate.ExportCertificatePem();

    /// <summary>Gets the CA's private key, PKCS#8 PEM. Kept with the world, never served.</summary>
    public string PrivateKeyPem => certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem();

    /// <summary>Gets the CA's certificate for chain building.</summary>
    public X509Certificate2 Certificate => certificate;

    /// <summary>Makes a new authority.</summary>
    public static CertificateAuthority Create(string commonName, DateTimeOffset now)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new CertificateAuthority(request.CreateSelfSigned(Begin(now).AddDays(-1), now.AddYears(5)));
    }

    // The world's clock may be hours ahead; who checks a certificate has a real one.
    private static DateTimeOffset Begin(DateTimeOffset now)
    {
        var real = DateTimeOffset.UtcNow;
        return now < real ? now : real;
    }

    /// <summary>Loads a kept authority.</summary>
    public static CertificateAuthority Load(string certificatePem, string privateKeyPem) =>
        new(X509Certificate2.CreateFromPem(certificatePem, privateKeyPem));

    /// <summary>
    /// Makes an authority whose key somebody else has (a real Magnum): it believes what that one signed, serves with the
    /// certificate that it is given, and cannot sign anything itself.
    /// </summary>
    /// <param name="certificatePem">The CA's certificate.</param>
    /// <param name="server">A serving certificate of that CA, with its key.</param>
    public static CertificateAuthority OfElsewhere(string certificatePem, X509Certificate2 server) =>
        new(X509Certificate2.CreateFromPem(certificatePem), server);

    /// <summary>Signs a request as Magnum does: subject and key usages from the request, five years.</summary>
    /// <exception cref="CryptographicException">The text is no valid request.</exception>
    public string Sign(string csrPem, DateTimeOffset now)
    {
        var csr = CertificateRequest.LoadSigningRequestPem(csrPem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1);
        using var signed = Issue(csr, now, now.AddYears(5));
        return signed.ExportCertificatePem();
    }

    /// <summary>Issues a serving certificate for addresses and names, with its key; of an authority elsewhere, the one that was given.</summary>
    public X509Certificate2 IssueServer(string commonName, IEnumerable<string> names, IEnumerable<IPAddress> addresses, DateTimeOffset now)
    {
        if (server is not null)
        {
            return X509CertificateLoader.LoadPkcs12(server.Export(X509ContentType.Pkcs12), null);
        }

        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var subjects = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            subjects.AddDnsName(name);
        }

        foreach (var address in addresses)
        {
            subjects.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(subjects.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var issued = Issue(request, now, now.AddYears(5));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Says whether a client certificate was signed by this authority and is within its time.</summary>
    public bool Signed(X509Certificate2 client, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        return chain.Build(client);
    }

    private X509Certificate2 Issue(CertificateRequest request, DateTimeOffset now, DateTimeOffset end)
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        var last = new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        using var issuerKey = certificate.GetRSAPrivateKey() ?? throw new InvalidOperationException("The key of this authority is elsewhere.");
        var generator = X509SignatureGenerator.CreateForRSA(issuerKey, RSASignaturePadding.Pkcs1);
        return request.Create(certificate.SubjectName, generator, Begin(now).AddMinutes(-5), end < last ? end : last, serial);
    }
}
