using System.Text.RegularExpressions;

namespace Portal.Core.Kubernetes;

/// <summary>
/// Checks every name before it becomes part of a path. The API treats an empty name as the collection (a delete then
/// empties it) and the client escapes nothing, so <c>../configmaps/x</c> would reach another object.
/// </summary>
public static partial class KubernetesName
{
    /// <summary>Gives the name back when it is a DNS-1123 subdomain (names of objects).</summary>
    /// <exception cref="ArgumentException">It is not; nothing was sent.</exception>
    public static string Check(string? name) =>
        name is { Length: > 0 and <= 253 } && Subdomain().IsMatch(name) ? name : throw new ArgumentException("Not a Kubernetes name.", nameof(name));

    /// <summary>Gives the name back when it may be the last part of an RBAC object's path, which may hold colons.</summary>
    /// <exception cref="ArgumentException">It may not; nothing was sent.</exception>
    public static string CheckRbac(string? name) =>
        name is { Length: > 0 and <= 253 } && RbacName().IsMatch(name) ? name : throw new ArgumentException("Not a name of an RBAC object.", nameof(name));

    /// <summary>Gives the namespace back when it is a DNS-1123 label.</summary>
    /// <exception cref="ArgumentException">It is not; nothing was sent.</exception>
    public static string CheckNamespace(string? name) =>
        name is { Length: > 0 and <= 63 } && Label().IsMatch(name) ? name : throw new ArgumentException("Not a Kubernetes namespace.", nameof(name));

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"\A[a-zA-Z0-9]([-:.a-zA-Z0-9]*[a-zA-Z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex RbacName();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
