using System.Collections.Concurrent;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Magnum;

/// <summary>The certificate authorities of clusters; made when first needed, as keys take time.</summary>
internal sealed class ClusterAuthorities(MagnumState state)
{
    private readonly ConcurrentDictionary<string, CertificateAuthority> loaded = new(StringComparer.Ordinal);

    /// <summary>Gives a cluster's authority for a use: the cluster's own, or that of etcd or the front proxy.</summary>
    public CertificateAuthority Of(Cluster cluster, string? use = null)
    {
        var name = use switch { "etcd" => "etcd", "front-proxy" or "front_proxy" => "front-proxy", _ => "kubernetes" };
        if (!cluster.Authorities.TryGetValue(name, out var saved))
        {
            var made = CertificateAuthority.Create(cluster.Name, cluster.Created);
            cluster.Authorities[name] = saved = new SavedAuthority(made.CertificatePem, made.PrivateKeyPem);
        }

        return loaded.GetOrAdd(saved.Certificate, _ => CertificateAuthority.Load(saved.Certificate, saved.Key));
    }

    /// <summary>Replaces all authorities of a cluster.</summary>
    public void Rotate(Cluster cluster)
    {
        cluster.Authorities.Clear();
        var made = CertificateAuthority.Create(cluster.Name, state.Cloud.Now);
        cluster.Authorities["kubernetes"] = new SavedAuthority(made.CertificatePem, made.PrivateKeyPem);
    }
}
