using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;

namespace Portal.Tests.Support.Fakes;

/// <summary>Kubeconfigs and preferences in memory.</summary>
internal sealed class FakeAccess : IKubeconfigService, IUserPreferences
{
    public List<KubeconfigAccount> Accounts { get; } = [];

    public Dictionary<string, string> Preferences { get; } = [];

    public BackendException? Failure { get; set; }

    public List<TimeSpan> Made { get; } = [];

    public Task<Kubeconfig> CreateAsync(Scope scope, ClusterKey cluster, string clusterName, TimeSpan life, CancellationToken cancellationToken)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        Made.Add(life);
        Accounts.Add(new KubeconfigAccount("person-" + scope.UserId, scope.UserId, scope.UserName, DateTimeOffset.UtcNow));
        return Task.FromResult(new Kubeconfig("apiVersion: v1\nkind: Config\nusers: []\n", clusterName + ".kubeconfig", DateTimeOffset.UtcNow + life));
    }

    public Task<IReadOnlyList<KubeconfigAccount>> ListAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken) =>
        Failure is null ? Task.FromResult<IReadOnlyList<KubeconfigAccount>>([.. Accounts]) : throw Failure;

    public Task RevokeAsync(Scope scope, ClusterKey cluster, string accountName, CancellationToken cancellationToken)
    {
        Accounts.RemoveAll(a => a.Name == accountName);
        return Task.CompletedTask;
    }

    public Task<string?> FindAsync(string userId, string key, CancellationToken cancellationToken) => Task.FromResult(Preferences.GetValueOrDefault(key));

    public Task PutAsync(string userId, string key, string? value, CancellationToken cancellationToken)
    {
        if (value is null)
        {
            Preferences.Remove(key);
        }
        else
        {
            Preferences[key] = value;
        }

        return Task.CompletedTask;
    }
}
