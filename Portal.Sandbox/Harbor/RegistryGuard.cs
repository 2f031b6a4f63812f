namespace Portal.Sandbox.Harbor;

/// <summary>What stands before the registry: who may pull, push and delete, and what may not be pulled by anybody.</summary>
internal static class RegistryGuard
{
    public const string Version = "registry/2.0";

    /// <summary>Lets pass who may pull, push or delete there; a missing project looks like one without rights.</summary>
    public static HarborProject Check(HarborCall call, string name, string kind)
    {
        var action = call.Method switch { "GET" or "HEAD" => "pull", "DELETE" when kind != "uploads" => "delete", _ => "push" };
        if (call.Header("Authorization") is null && kind == "manifests" && action == "pull")
        {
            throw Refused(call, "authorize header needed to send HEAD to repository", Scope(name, action));
        }

        return Require(call, name, action);
    }

    /// <summary>Gives the project of a repository for one action.</summary>
    public static HarborProject Require(HarborCall call, string name, string action)
    {
        var project = call.State.FindProject(name.Split('/')[0]);
        var may = project is not null && (call.Caller.Grants?.Contains(name + ":" + action) ?? call.Access.May(project, "repository", action));
        return may ? project! : throw Refused(call, $"unauthorized to access repository: {name}, action: {action}", Scope(name, action));
    }

    public static HarborException Refused(HarborCall call, string message, string? scope)
    {
        var basic = call.Header("Authorization")?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) == true;
        var refusal = new HarborException(401, "UNAUTHORIZED", $"{message}: {message}");
        refusal.Headers["Docker-Distribution-Api-Version"] = Version;
        refusal.Headers["Www-Authenticate"] = basic
            ? "Basic realm=\"harbor\""
            : $"Bearer realm=\"{call.Server.ExternalUrl()}/service/token\",service=\"harbor-registry\"{(scope is null ? "" : $",scope=\"{scope}\"")}";
        return refusal;
    }

    public static (HarborRepository Repository, HarborArtifact Artifact) Find(HarborCall call, string name, string reference)
    {
        var repository = call.State.Repositories.Find(r => r.Name == name);
        var artifact = repository?.Artifacts.Find(a => a.Digest == reference || a.Tags.Exists(t => t.Name == reference));
        return artifact is null ? throw HarborException.NotFound($"artifact {name}:{reference} not found") : (repository!, artifact);
    }

    /// <summary>Keeps back what was found wanting, and what nobody has looked at, where the project says so.</summary>
    public static void CheckFindings(HarborProject project, HarborArtifact artifact)
    {
        if (project.Metadata.GetValueOrDefault("prevent_vul") != "true")
        {
            return;
        }

        string[] severities = ["none", "low", "medium", "high", "critical"];
        var limit = project.Metadata.GetValueOrDefault("severity", "low");
        var policy = $"'Prevent images with vulnerability severity of \"{char.ToUpperInvariant(limit[0])}{limit[1..]}\" or higher from running.'";
        if (artifact.Findings is null)
        {
            throw new HarborException(412, "PROJECTPOLICYVIOLATION", $"current image without vulnerability scanning cannot be pulled due to configured policy in {policy} To continue with pull, please contact your project administrator for help.");
        }

        if (artifact.Findings.Keys.Any(s => Array.IndexOf(severities, s.ToLowerInvariant()) >= Array.IndexOf(severities, limit)))
        {
            throw new HarborException(412, "PROJECTPOLICYVIOLATION", $"current image with {artifact.Findings.Values.Sum()} vulnerabilities cannot be pulled due to configured policy in {policy} To continue with pull, please contact your project administrator to exempt matched vulnerabilities through configuring the CVE allowlist.");
        }
    }

    /// <summary>Counts a pull of an artifact, and of the tag it was pulled by.</summary>
    public static void CountPull(HarborCall call, HarborRepository repository, HarborArtifact artifact, string reference)
    {
        repository.PullCount++;
        artifact.PulledAt = call.Now;
        if (artifact.Tags.Find(t => t.Name == reference) is { } tag)
        {
            tag.PulledAt = call.Now;
        }

        HarborEvents.Pulled(call, repository, artifact, reference);
    }

    private static string Scope(string name, string action) => $"repository:{name}:{(action == "push" ? "pull,push" : action)}";
}
