using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Tests.Sandbox;

/// <summary>Certificate requests, and who signed what.</summary>
internal static class Certificates
{
    public static string Request(string name)
    {
        using var key = RSA.Create(2048);
        return new CertificateRequest($"O=system:masters, CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
    }

    public static bool IsSignedBy(string pem, string authorityPem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        using var authority = X509Certificate2.CreateFromPem(authorityPem);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = certificate.NotBefore.AddMinutes(6);
        return chain.Build(certificate);
    }
}
