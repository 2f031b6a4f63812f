using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>A kubeconfig made for one person; shown once, kept nowhere.</summary>
/// <param name="Text">The file; a secret.</param>
/// <param name="FileName">Suggested name.</param>
/// <param name="ExpiresAt">When its token ends (UTC), as the cluster answered.</param>
public sealed record Kubeconfig(string Text, string FileName, DateTimeOffset ExpiresAt)
{
    /// <summary>Hides the secret.</summary>
    public override string ToString() => $"kubeconfig until {ExpiresAt:O}";
}

/// <summary>An account in a cluster that kubeconfigs were made for.</summary>
/// <param name="Name">ServiceAccount name.</param>
/// <param name="UserId">Keystone user id it stands for.</param>
/// <param name="UserName">That person's name when it was made.</param>
/// <param name="CreatedAt">When it was made (UTC).</param>
public sealed record KubeconfigAccount(string Name, string UserId, string UserName, DateTimeOffset CreatedAt);

/// <summary>
/// Kubeconfigs: one ServiceAccount a person, bound like the person's access groups, and tokens of chosen life
/// (TokenRequest). Unlike Magnum's certificates they can be made for every member, end soon, and can be revoked.
/// </summary>
public interface IKubeconfigService
{
    /// <summary>Gets the lives that can be chosen.</summary>
    static IReadOnlyList<TimeSpan> Lives { get; } = [TimeSpan.FromHours(1), TimeSpan.FromHours(8), TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(30)];

    /// <summary>Makes a kubeconfig for the scope's person; needs <see cref="Capability.Read"/>, a writer's can do more. Audited.</summary>
    Task<Kubeconfig> CreateAsync(Scope scope, ClusterKey cluster, string clusterName, TimeSpan life, CancellationToken cancellationToken);

    /// <summary>Lists the accounts of a cluster.</summary>
    Task<IReadOnlyList<KubeconfigAccount>> ListAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken);

    /// <summary>Deletes an account: all its kubeconfigs end at once. Own ones, or any with <see cref="Capability.Write"/>. Audited.</summary>
    Task RevokeAsync(Scope scope, ClusterKey cluster, string accountName, CancellationToken cancellationToken);
}
