using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons;

/// <summary>What hinders a workload.</summary>
/// <param name="Reason">Why, with pod, container and message; <c>since</c> (UTC, round-trip) and <c>who</c> among its arguments.</param>
/// <param name="Actor">Who has to act.</param>
/// <param name="Since">Since when (UTC), or null.</param>
internal sealed record PodFinding(Reason Reason, Actor Actor, DateTimeOffset? Since)
{
    /// <summary>Says who has to act on a reason that a workload's look has given; the platform's people when it names nobody.</summary>
    public static Actor ActorOf(Reason reason) =>
        Enum.TryParse<Actor>(reason.Arguments.GetValueOrDefault("who"), ignoreCase: true, out var who) && who is not Actor.Nobody ? who : Actor.Platform;

    public static PodFinding Of(string code, Actor actor, string? since, params (string, string)[] arguments)
    {
        var at = DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var known) ? known : (DateTimeOffset?)null;
        (string, string)[] all = [.. arguments, ("who", actor.ToString().ToLowerInvariant())];
        return new PodFinding(Reason.Of(code, at is { } t ? [.. all, ("since", t.ToString("O", CultureInfo.InvariantCulture))] : all), actor, at);
    }
}

/// <summary>Why a workload is not ready: which pod, which container, which message, since when, and who must act.</summary>
internal static class PodTrouble
{
    private const int MaxPods = 5;

    /// <summary>Looks at the workload's pods; gives the worst reason, or a plain count while they start.</summary>
    public static async Task<Reason> LookAsync(IKubernetesApi api, JsonObject workload, CancellationToken cancellationToken)
    {
        var (ready, wanted) = WorkloadReadiness.Count(workload);
        return (await FindAsync(api, workload, cancellationToken).ConfigureAwait(false))?.Reason
            ?? Reason.Of("addon.pods-starting", ("workload", Name(workload)), ("ready", $"{ready}"), ("wanted", $"{wanted}"));
    }

    /// <summary>Gives what hinders the workload, or null when its pods only start. What may not be listed is left out.</summary>
    public static async Task<PodFinding?> FindAsync(IKubernetesApi api, JsonObject workload, CancellationToken cancellationToken)
    {
        var selector = string.Join(",", workload["spec"]?["selector"]?["matchLabels"]?.AsObject().Select(l => $"{l.Key}={l.Value}") ?? []);
        if (selector.Length == 0)
        {
            return null;
        }

        var space = workload["metadata"]!["namespace"]!.GetValue<string>();
        var pods = await api.ListAsync(KubernetesResource.Of("v1", "Pod"), space, cancellationToken, labelSelector: selector).ConfigureAwait(false);
        var surroundings = new PodSurroundings(api, space);
        foreach (var pod in pods.Take(MaxPods))
        {
            if (await surroundings.ClaimAsync(pod, cancellationToken).ConfigureAwait(false) is { } claim)
            {
                return claim;
            }
        }

        if (pods.Select(Of).OfType<PodFinding>().FirstOrDefault() is { } own)
        {
            return own;
        }

        return await surroundings.NodeAsync(pods, cancellationToken).ConfigureAwait(false)
            ?? await surroundings.ProbeAsync(pods.Take(MaxPods), cancellationToken).ConfigureAwait(false)
            ?? (pods.Count < WorkloadReadiness.Count(workload).Wanted ? await surroundings.RefusedAsync(workload, cancellationToken).ConfigureAwait(false) : null);
    }

    /// <summary>Gives what a pod itself says hinders it, or null when it only starts.</summary>
    public static PodFinding? Of(JsonObject pod)
    {
        var name = Name(pod);
        if (Condition(pod, "PodScheduled") is { } scheduled && scheduled["status"]?.GetValue<string>() is "False")
        {
            return PodFinding.Of("addon.unschedulable", Actor.Project, Text(scheduled["lastTransitionTime"]), ("pod", name), ("message", Cut(scheduled["message"])));
        }

        foreach (var container in (pod["status"]?["initContainerStatuses"]?.AsArray() ?? []).Concat(pod["status"]?["containerStatuses"]?.AsArray() ?? []))
        {
            var waiting = container?["state"]?["waiting"];
            var (code, actor) = waiting?["reason"]?.GetValue<string>() switch
            {
                "ErrImagePull" or "ImagePullBackOff" or "InvalidImageName" => ("addon.image-pull", Actor.Platform),
                "CrashLoopBackOff" => ("addon.crash-loop", Actor.Project),
                "CreateContainerConfigError" or "CreateContainerError" => ("addon.container-config", Actor.Project),
                _ => (null, Actor.Nobody),
            };
            if (code is not null)
            {
                return PodFinding.Of(code, actor, Since(pod), ("pod", name), ("container", container!["name"]!.GetValue<string>()), ("image", container["image"]?.GetValue<string>() ?? ""), ("message", Cut(waiting!["message"])));
            }
        }

        return null;
    }

    internal static string Name(JsonObject o) => o["metadata"]!["name"]!.GetValue<string>();

    internal static string? Text(JsonNode? node) => node?.GetValue<string>();

    internal static JsonNode? Condition(JsonObject o, string type) => o["status"]?["conditions"]?.AsArray().FirstOrDefault(c => c?["type"]?.GetValue<string>() == type);

    /// <summary>Gives since when a pod is not ready: its own word, else its birth.</summary>
    internal static string? Since(JsonObject pod) => Text(Condition(pod, "Ready")?["lastTransitionTime"]) ?? Text(pod["metadata"]?["creationTimestamp"]);

    internal static string Cut(JsonNode? message)
    {
        var text = message?.GetValue<string>() ?? "";
        return text.Length > 300 ? text[..299] + "…" : text;
    }
}
