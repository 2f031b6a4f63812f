using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Sandbox.World;

namespace Portal.Tests.Lab;

/// <summary>
/// Puts the sandbox's Kubernetes where the real Magnum says that a cluster's API is: it serves there with a certificate
/// that the real Magnum signed, believes client certificates of the cluster's real CA, and has the nodes that Heat made.
/// </summary>
internal static class Splice
{
    /// <summary>Does it; from now on the proxy leads to it.</summary>
    public static async Task JoinAsync(LabWorld lab, Scope scope, Cluster cluster)
    {
        var address = new Uri(cluster.ApiAddress!);
        var certificates = lab.Host.Get<IMagnumCertificates>();
        var authority = (await certificates.FindAuthorityAsync(scope, cluster.Id, CancellationToken.None))!;
        using var server = await ServerAsync(certificates, scope, cluster.Id, IPAddress.Parse(address.Host));
        var fleet = lab.Host.Sandbox.Context.Get<IKubernetesFleet>();
        var version = cluster.KubernetesVersion ?? "v1.24.9";
        var spec = new KubernetesClusterSpec(
            cluster.Id, cluster.Name, cluster.ProjectId, version, CertificateAuthority.OfElsewhere(authority, X509CertificateLoader.LoadPkcs12(server.Export(X509ContentType.Pkcs12), null)), Nodes(cluster));
        await fleet.StartAsync(spec, CancellationToken.None);
        lab.Proxy.Lead(address, new Uri(fleet.ReserveAddress(cluster.Id)));
    }

    private static async Task<X509Certificate2> ServerAsync(IMagnumCertificates certificates, Scope scope, string clusterId, IPAddress address)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("kubernetes.default.svc");
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        var signed = await certificates.SignAsync(scope, clusterId, request.CreateSigningRequestPem(), CancellationToken.None);
        using var certificate = X509Certificate2.CreateFromPem(signed);
        return certificate.CopyWithPrivateKey(key);
    }

    private static IReadOnlyList<KubernetesNodeSpec> Nodes(Cluster cluster) =>
    [
        .. cluster.MasterAddresses.Select((a, i) => new KubernetesNodeSpec($"{cluster.Name}-master-{i}", "master", a, 4, 8192, "default-master")),
        .. cluster.NodeAddresses.Select((a, i) => new KubernetesNodeSpec($"{cluster.Name}-node-{i}", "worker", a, 4, 8192, "default-worker")),
    ];
}
