using Portal.Core.Addons;
using Portal.Core.Addons.Life;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Clusters.Details;

/// <summary>Words for an add-on's state: from the cluster, or from the step that installs it.</summary>
internal static class AddonWords
{
    /// <summary>Gives the state.</summary>
    public static StateWord Of(PlanStep step) => step.State switch
    {
        StepState.Done => new(StateKind.Ok, ClusterText.AddonReady),
        StepState.Running => new(StateKind.Run, ClusterText.AddonInstalling),
        StepState.Retrying => new(StateKind.Retry, ClusterText.AddonInstalling),
        StepState.NeedsSomeone or StepState.Failed => new(StateKind.Fail, ClusterText.AddonNotWorking),
        StepState.Undone => new(StateKind.Off, ClusterText.AddonRemoved),
        _ => new(StateKind.Wait, ClusterText.AddonNotStarted),
    };

    /// <summary>Gives the state that the cluster shows.</summary>
    public static StateWord Of(AddonHealth health) => new(health.Kind, health.Code switch
    {
        "ready" => ClusterText.AddonReady,
        "degraded" => ClusterText.AddonDegraded,
        "missing" => ClusterText.AddonMissing,
        "changed-by-hand" => ClusterText.AddonChanged,
        _ => ClusterText.AddonNotWorking,
    });

    /// <summary>Gives the question of a change, with <c>{addon}</c> and <c>{name}</c>.</summary>
    public static string Question(AddonChangeKind kind) => kind switch
    {
        AddonChangeKind.Add => ClusterText.AddQuestion,
        AddonChangeKind.Upgrade => ClusterText.UpgradeQuestion,
        AddonChangeKind.Repair => ClusterText.RepairQuestion,
        _ => ClusterText.RemoveQuestion,
    };

    /// <summary>Gives a change's verb.</summary>
    public static string Verb(AddonChangeKind kind) => kind switch
    {
        AddonChangeKind.Add => ClusterText.AddonAdd,
        AddonChangeKind.Upgrade => ClusterText.AddonUpgrade,
        AddonChangeKind.Repair => ClusterText.AddonRepair,
        _ => ClusterText.AddonRemove,
    };

    /// <summary>Gives what happens to an object, in a word.</summary>
    public static string Change(ObjectChange change) => change switch
    {
        ObjectChange.Create => ClusterText.ObjectCreate,
        ObjectChange.Change => ClusterText.ObjectChange,
        ObjectChange.Recreate => ClusterText.ObjectRecreate,
        ObjectChange.Delete => ClusterText.ObjectDelete,
        ObjectChange.Keep => ClusterText.ObjectKeep,
        _ => ClusterText.ObjectNone,
    };
}
