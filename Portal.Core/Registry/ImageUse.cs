using System.Collections.Immutable;
using Portal.Core.Backends;

namespace Portal.Core.Registry;

/// <summary>Says where images run. Asked here, answered by what knows the project's clusters.</summary>
public interface IImageUse
{
    /// <summary>
    /// Asks each of the scope's own clusters as the person for pods that run the image, or would pull it by one of its tags;
    /// needs <see cref="Capability.Read"/>. A cluster that cannot be asked is told as such.
    /// </summary>
    /// <exception cref="BackendException">The project's clusters cannot be listed.</exception>
    Task<ImageUsage> FindAsync(Scope scope, WantedImage image, CancellationToken cancellationToken);

    /// <summary>
    /// Lists what runs in the scope's own clusters, whatever registry it is of, by a part of namespace, pod, container or image (empty for all);
    /// asked as <see cref="FindAsync"/> is.
    /// </summary>
    /// <exception cref="BackendException">The project's clusters cannot be listed.</exception>
    Task<ImageUsage> ListAsync(Scope scope, string text, CancellationToken cancellationToken);
}

/// <summary>An image, or a whole repository, that is looked for in clusters.</summary>
/// <param name="Repository">Repository.</param>
/// <param name="Digests">Digests of the artifact and of what it lists; empty to go by the tags.</param>
/// <param name="Tags">Its tags: a pod that has not pulled yet names one of them; empty (with no digest) for everything of the repository.</param>
public sealed record WantedImage(RepositoryName Repository, ImmutableArray<string> Digests, ImmutableArray<string> Tags)
{
    /// <summary>Gives everything of a repository.</summary>
    public static WantedImage AllOf(RepositoryName repository) => new(repository, [], []);

    /// <summary>Gives an artifact.</summary>
    public static WantedImage Of(RepositoryName repository, Artifact artifact) =>
        new(repository, [artifact.Digest, .. artifact.Parts.Select(p => p.Digest)], [.. artifact.Tags.Select(t => t.Name)]);

    /// <summary>Gives what asks for a tag, whatever was behind it when it was pulled.</summary>
    public static WantedImage OfTag(RepositoryName repository, string tag) => new(repository, [], [tag]);

    /// <summary>Says whether a container has it.</summary>
    /// <param name="reference">What its pod asks for: <c>host/project/name:tag</c>.</param>
    /// <param name="pulled">What its node pulled (<c>imageID</c>): <c>host/project/name@sha256:…</c>, or empty while it has not.</param>
    public bool IsIn(string reference, string pulled)
    {
        var at = pulled.IndexOf("sha256:", StringComparison.Ordinal);
        if (Digests.IsEmpty)
        {
            return Tags.IsEmpty ? IsOf(reference) || IsOf(pulled) : IsOf(reference) && Tags.Contains(TagOf(reference));
        }

        // By its digest it is the same whatever it is called; a digest alone may also be a configuration's.
        return at >= 0 ? Digests.Contains(pulled[at..]) : Digests.Any(d => reference.EndsWith("@" + d, StringComparison.Ordinal)) || (IsOf(reference) && Tags.Contains(TagOf(reference)));
    }

    private static string TagOf(string reference)
    {
        var name = reference[(reference.LastIndexOf('/') + 1)..];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? "latest" : name[(colon + 1)..];
    }

    // "host/project/name", with a tag or a digest behind it.
    private bool IsOf(string reference)
    {
        var slash = reference.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return false;
        }

        var scheme = reference.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? reference[(slash + 1)..] : reference[(scheme + 3)..].Split('/', 2)[^1];
        return rest.StartsWith(Repository.Full, StringComparison.Ordinal) && (rest.Length == Repository.Full.Length || rest[Repository.Full.Length] is ':' or '@');
    }
}

/// <summary>Where an image runs.</summary>
/// <param name="Clusters">The project's clusters by name: those where it runs, and those that could not be asked.</param>
/// <param name="Asked">How many clusters the project has.</param>
public sealed record ImageUsage(ImmutableArray<ClusterUse> Clusters, int Asked)
{
    /// <summary>Gets how many containers have it, in the clusters that answered.</summary>
    public int Containers => Clusters.Sum(c => c.Containers);
}

/// <summary>Where an image runs in one cluster.</summary>
/// <param name="ClusterId">Magnum uuid.</param>
/// <param name="ClusterName">Name.</param>
/// <param name="Containers">How many containers have it.</param>
/// <param name="First">The first of them, by namespace and pod; <see cref="MostShown"/> at most.</param>
/// <param name="Failure">Why the cluster could not be asked, or null.</param>
public sealed record ClusterUse(string ClusterId, string ClusterName, int Containers, ImmutableArray<RunningImage> First, BackendException? Failure = null)
{
    /// <summary>How many containers of a cluster are told one by one.</summary>
    public const int MostShown = 50;
}

/// <summary>A container that has an image.</summary>
/// <param name="Namespace">Namespace.</param>
/// <param name="Pod">Pod.</param>
/// <param name="Container">Container.</param>
/// <param name="Reference">What the pod asks for.</param>
/// <param name="Pulled">Digest that its node pulled, or null while it has not.</param>
public sealed record RunningImage(string Namespace, string Pod, string Container, string Reference, string? Pulled)
{
    /// <summary>Gets whether its node has pulled it.</summary>
    public bool IsPulled => Pulled is not null;

    /// <summary>Gives the repository that it is of, or null when it is of another registry.</summary>
    /// <param name="host">The registry's host, with port.</param>
    public RepositoryName? In(string host)
    {
        if (!Reference.StartsWith(host + "/", StringComparison.Ordinal))
        {
            return null;
        }

        var name = Reference[(host.Length + 1)..].Split('@')[0];
        var colon = name.LastIndexOf(':');
        return RepositoryName.Parse(colon > name.LastIndexOf('/') ? name[..colon] : name);
    }
}
