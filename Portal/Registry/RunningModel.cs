using Portal.Core.Backends;
using Portal.Core.Registry;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>What runs in the project's clusters, and what is known of its images.</summary>
public sealed class RunningModel(IImageUse use, IImageService images, Scope scope, string host)
{
    /// <summary>How many containers are shown at most.</summary>
    public const int MostRows = 200;

    private const int MostImages = 50;
    private const int AtOnce = 4;

    /// <summary>Gets what runs.</summary>
    public Loadable<ImageUsage> Usage { get; private set; } = new();

    /// <summary>Gets what Harbor knows of the images, by repository and digest; what it does not know, or not tell, is absent.</summary>
    public Dictionary<(RepositoryName Repository, string Digest), Artifact> Known { get; } = [];

    /// <summary>Gets the containers with their clusters.</summary>
    public IEnumerable<(ClusterUse Cluster, RunningImage Running)> Rows => (Usage.Value?.Clusters ?? []).SelectMany(c => c.First.Select(r => (c, r))).Take(MostRows);

    /// <summary>Gives the repository that a container's image is of, or null when it is of another registry.</summary>
    public RepositoryName? RepositoryOf(RunningImage running) => running.In(host);

    /// <summary>Gives what Harbor knows of a container's image, or null.</summary>
    public Artifact? ArtifactOf(RunningImage running) =>
        running is { Pulled: { } digest } && RepositoryOf(running) is { } repository ? Known.GetValueOrDefault((repository, digest)) : null;

    /// <summary>Asks the clusters.</summary>
    public Task LoadAsync(string text, CancellationToken cancellationToken)
    {
        var usage = Usage = new();
        return usage.LoadAsync(async () => await use.ListAsync(scope, text, cancellationToken));
    }

    /// <summary>Asks Harbor for the images that are shown; an image that it does not give stays without a word.</summary>
    public async Task LookUpAsync(CancellationToken cancellationToken)
    {
        var wanted = Rows.Where(r => r.Running.Pulled is not null).Select(r => (Repository: RepositoryOf(r.Running), Digest: r.Running.Pulled!))
            .Where(i => i.Repository is not null && !Known.ContainsKey((i.Repository, i.Digest))).Distinct().Take(MostImages).ToList();
        foreach (var some in wanted.Chunk(AtOnce))
        {
            foreach (var (repository, artifact) in await Task.WhenAll(some.Select(async i => (i.Repository!, await FindAsync(i.Repository!, i.Digest, cancellationToken)))))
            {
                if (artifact is not null)
                {
                    Known[(repository, artifact.Digest)] = artifact;
                }
            }
        }
    }

    private async Task<Artifact?> FindAsync(RepositoryName repository, string digest, CancellationToken cancellationToken)
    {
        try
        {
            return await images.FindArtifactAsync(scope, repository, digest, cancellationToken);
        }
        catch (BackendException)
        {
            return null;
        }
    }
}
