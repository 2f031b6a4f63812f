using System.Globalization;
using Portal.Clusters.Details;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Clusters;

/// <summary>Words for what a cluster is and does.</summary>
public static class ClusterWords
{
    /// <summary>Gives the state in a word, with Magnum's own beside it.</summary>
    public static StateWord StateOf(ClusterView view) => new(view.State.Kind, Word(view.State.Code), $"Magnum: {view.Cluster.StatusText}");

    /// <summary>Gives the word for a state's code.</summary>
    public static string Word(string code) => Find("State", code) ?? code;

    /// <summary>Gives the sentence under the state, or null when the word says it all.</summary>
    public static string? Why(ClusterView view) => view.State.Reason is { } reason ? Reasons.Tell(reason) : Find("Why", view.State.Code);

    /// <summary>Gives who acts, in a sentence, or null when nobody has to.</summary>
    public static string? WhoActs(Actor actor) => actor switch
    {
        Actor.Project => ClustersText.ProjectActs,
        Actor.Platform => ClustersText.PlatformActs,
        _ => null,
    };

    /// <summary>Gives who acts on a cluster in trouble, or null: one that is only not initialised is in none.</summary>
    public static string? WhoActs(ClusterView view) => ClusterListQuery.GroupOf(view.State.Kind) is ClusterGroup.Needs ? Reasons.ActionOf(view.State.Reason) ?? WhoActs(view.State.Actor) : null;

    /// <summary>Gives what is usual for the template of a cluster that is late or could not be made, or null.</summary>
    public static string? Usual(ClusterView view) => ClusterListQuery.GroupOf(view.State.Kind) is ClusterGroup.Needs ? Usual(view.State.Usual) : null;

    /// <summary>Gives what is usual, in a sentence, or null when nobody knows.</summary>
    public static string? Usual(TimeSpan? usual) => usual is { } span ? Sentence.With(ClustersText.UsuallyTakes, ("span", Ages.Span(span))) : null;

    /// <summary>Gives how sure an explanation is, in a sentence.</summary>
    public static string? Sure(Confidence confidence) => Find("Sure", confidence.ToString());

    /// <summary>Gives Magnum's health in a word; a dash before the first check.</summary>
    public static StateWord HealthOf(Cluster cluster) => cluster.Health switch
    {
        HealthStatus.Healthy => new(StateKind.Ok, ClusterText.Healthy),
        HealthStatus.Unhealthy => new(StateKind.Warn, ClusterText.Unhealthy, string.Join(", ", cluster.HealthReasons.Where(r => r.Value is not ("ok" or "True")).Select(r => $"{r.Key}: {r.Value}"))),
        HealthStatus.Unknown => new(StateKind.Unknown, ClusterText.HealthUnknown),
        _ => new(StateKind.Ok, SharedText.None),
    };

    /// <summary>Gives the platform's state in a word.</summary>
    public static StateWord PlatformOf(PlatformState platform) => platform.State switch
    {
        null => new(StateKind.Wait, ClustersText.PlatformNotStarted),
        PlanState.Done => new(StateKind.Ok, ClustersText.PlatformReady),
        PlanState.NeedsSomeone => new(StateKind.You, Steps(platform)),
        PlanState.Failed => new(StateKind.Fail, Steps(platform)),
        PlanState.Cancelled or PlanState.Undone => new(StateKind.Off, ClustersText.PlatformCancelled),
        PlanState.BeingUndone => new(StateKind.Run, ClustersText.PlatformBeingUndone),
        _ => new(StateKind.Run, Steps(platform)),
    };

    /// <summary>Gives the nodes that are there of those wished, or a dash.</summary>
    public static string Nodes(Cluster cluster) => !cluster.IsDetailed
        ? SharedText.None
        : Sentence.With(SharedText.OfTotal, ("used", cluster.NodeAddresses.Length + cluster.MasterAddresses.Length), ("total", cluster.NodeCount + cluster.MasterCount));

    /// <summary>Gives the Kubernetes version without its v, or a dash.</summary>
    public static string Version(Cluster cluster) => cluster.KubernetesVersion is { Length: > 0 } version ? version.TrimStart('v') : SharedText.None;

    /// <summary>Gives the row's step bar from the counts of the list.</summary>
    public static IReadOnlyList<StateKind> Bar(PlatformState platform)
    {
        var now = platform.State switch { PlanState.NeedsSomeone => StateKind.You, PlanState.Failed => StateKind.Fail, _ => StateKind.Run };
        return [.. Enumerable.Range(0, platform.Steps).Select(i => i < platform.StepsDone ? StateKind.Ok : i == platform.StepsDone ? now : StateKind.Wait)];
    }

    /// <summary>Gives how long a plan that runs may still take, in words, or null when nobody knows.</summary>
    public static string? Left(ClusterLock? held, DateTimeOffset now) => held?.Usual is not { } usual
        ? null
        : (held.Since + usual - now) is { TotalSeconds: > 30 } left
            ? Sentence.With(ClustersText.AboutLeft, ("span", Ages.Span(left)))
            : ClustersText.LongerThanUsual;

    private static string Steps(PlatformState platform) => Sentence.With(SharedText.OfTotal, ("used", platform.StepsDone), ("total", platform.Steps));

    private static string? Find(string prefix, string code) =>
        ClustersText.ResourceManager.GetString($"{prefix}.{code}", CultureInfo.CurrentUICulture);
}
