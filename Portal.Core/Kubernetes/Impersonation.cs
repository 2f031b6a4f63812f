using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>In whose name a call is made inside a cluster. The only place that makes these headers.</summary>
internal sealed record Impersonation(string User, IReadOnlyList<string> Groups)
{
    public IEnumerable<KeyValuePair<string, IEnumerable<string>>> Headers =>
    [
        new("Impersonate-User", [User]),
        new("Impersonate-Group", Groups),
    ];

    // One group only: HttpClient writes several values of a header into one line, which Kubernetes takes for one long name.
    // The highest group has all that is below it, and the API server itself adds system:authenticated.
    public static Impersonation Of(Scope scope) => new(AccessGroups.UserName(scope), [.. AccessGroups.Of(scope).Take(1)]);

    // What a group shares is read as the group: its rights, and no person's name in the cluster's audit log.
    public static Impersonation OfGroup(string group) => new(AccessGroups.WatcherName(group), [group]);
}
