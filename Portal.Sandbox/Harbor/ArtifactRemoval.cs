namespace Portal.Sandbox.Harbor;

/// <summary>Takes artifacts out of their repository, and out of the registry behind it.</summary>
internal static class ArtifactRemoval
{
    /// <summary>Takes an artifact out with what only it lists; what an index lists cannot go before the index.</summary>
    /// <exception cref="HarborException">An index lists it (412).</exception>
    public static void Remove(HarborCall call, HarborRepository repository, HarborArtifact artifact)
    {
        if (IsListed(call.State, repository, artifact.Digest))
        {
            throw new HarborException(412, "VIOLATE_FOREIGN_KEY_CONSTRAINT", "the deleting artifact is referenced by others");
        }

        RemoveOne(call, repository, artifact);
        RemoveParts(call, repository, artifact);
        Tell(call, repository, artifact);
    }

    /// <summary>Takes a whole repository out, and tells of each artifact that stood for itself.</summary>
    public static void RemoveAll(HarborCall call, HarborRepository repository)
    {
        var standing = repository.Artifacts.Where(a => a.Tags.Count > 0 || !IsListed(call.State, repository, a.Digest)).ToList();
        call.State.Repositories.Remove(repository);
        foreach (var artifact in repository.Artifacts.ToList())
        {
            RemoveOne(call, repository, artifact);
            call.Log("delete", "artifact", $"{repository.Name}:{artifact.Digest}", repository.ProjectId);
        }

        standing.ForEach(artifact => Tell(call, repository, artifact));
    }

    private static void Tell(HarborCall call, HarborRepository repository, HarborArtifact artifact) =>
        HarborEvents.Artifact(call, "DELETE_ARTIFACT", repository, artifact, artifact.Tags.FirstOrDefault()?.Name);

    /// <summary>Takes out this one alone.</summary>
    private static void RemoveOne(HarborCall call, HarborRepository repository, HarborArtifact artifact)
    {
        var isReal = call.State.Blobs.TryGetValue(artifact.Digest, out var blob) && blob.InRegistry;
        HarborImageStore.Remove(call.State, repository, artifact);
        if (isReal)
        {
            call.Afterwards.Add((registry, cancellationToken) => registry.DeleteAsync(repository.Name, artifact.Digest, cancellationToken));
        }
    }

    private static void RemoveParts(HarborCall call, HarborRepository repository, HarborArtifact artifact)
    {
        foreach (var child in HarborReferences.Children(call.State, artifact).ToList())
        {
            if (repository.Artifacts.Find(a => a.Digest == child && a.Tags.Count == 0) is { } part && !IsListed(call.State, repository, child))
            {
                RemoveOne(call, repository, part);
                RemoveParts(call, repository, part);
            }
        }
    }

    private static bool IsListed(HarborState state, HarborRepository repository, string digest) =>
        repository.Artifacts.Any(a => HarborReferences.Children(state, a).Contains(digest, StringComparer.Ordinal));
}
