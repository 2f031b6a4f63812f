using Portal.Sandbox.Kubernetes.Rbac;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>What somebody is told who may not.</summary>
internal static class Refusals
{
    public static KubeException Forbidden(KubeUser user, Attributes wanted)
    {
        if (wanted.Path is { } path)
        {
            return new KubeException(403, "Forbidden", $"forbidden: User \"{user.Name}\" cannot {wanted.Verb} path \"{path}\"", []);
        }

        var what = wanted.Subresource.Length == 0 ? wanted.Resource : $"{wanted.Resource}/{wanted.Subresource}";
        var where = wanted.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{wanted.Namespace}\"";
        return KubeException.Forbidden(
            wanted.Group,
            wanted.Resource,
            wanted.Name,
            $"User \"{user.Name}\" cannot {wanted.Verb} resource \"{what}\" in API group \"{wanted.Group}\" {where}");
    }
}
