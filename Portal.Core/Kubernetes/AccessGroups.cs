using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>The groups by which a cluster's RBAC knows the portal's people.</summary>
public static class AccessGroups
{
    /// <summary>May see nodes, namespaces and workloads; no Secrets.</summary>
    public const string Reader = "portal:reader";

    /// <summary>A reader who may also change the test zones and look into production and the platform.</summary>
    public const string Member = "portal:member";

    /// <summary>Gives the groups of a person in a project.</summary>
    public static IReadOnlyList<string> Of(Scope scope) =>
        scope.Can(Capability.Write) ? [Member, Reader] : scope.Can(Capability.Read) ? [Reader] : [];

    /// <summary>Gives the user name by which a cluster knows a person: stable, and never that of somebody in the cluster.</summary>
    public static string UserName(Scope scope) => "portal:user:" + scope.UserId;

    /// <summary>Gives the user name by which a cluster knows the watch that a whole group shares: nobody's, and of that group alone.</summary>
    public static string WatcherName(string group) => "portal:watch:" + group["portal:".Length..];
}
