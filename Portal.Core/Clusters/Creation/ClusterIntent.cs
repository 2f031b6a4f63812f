using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Clusters.Creation;

/// <summary>How far a creation has come.</summary>
internal enum ClusterIntentState
{
    /// <summary>About to be sent to Magnum, or sent without an answer.</summary>
    Intended,

    /// <summary>Magnum has made it.</summary>
    Created,

    /// <summary>Its initialisation was started: nothing is open.</summary>
    Started,

    /// <summary>Magnum refused it; what was typed can be sent again.</summary>
    Refused,

    /// <summary>It was never found; nobody waits for it any more.</summary>
    Abandoned,
}

/// <summary>A wish to create a cluster, kept before Magnum is asked: its names are not unique, so a lost answer must not make a second one.</summary>
internal sealed record ClusterIntent
{
    /// <summary>The documents' type; open ones have the key <c>open</c>.</summary>
    public static readonly DocumentType<ClusterIntent> Type = new(
        "cluster_intent",
        1,
        i => i.State is ClusterIntentState.Intended or ClusterIntentState.Created ? [Project(i.ProjectId), OpenKey] : [Project(i.ProjectId)]);

    /// <summary>Key of intents that are not over.</summary>
    public const string OpenKey = "open";

    /// <summary>Gets the id that the page made.</summary>
    public required string IntentId { get; init; }

    /// <summary>Gets cloud and region.</summary>
    public required CloudRegion Region { get; init; }

    /// <summary>Gets the project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets who wants it; Magnum writes this user as the creator.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets that person's name.</summary>
    public required string UserName { get; init; }

    /// <summary>Gets what was asked.</summary>
    public required ClusterSpec Spec { get; init; }

    /// <summary>Gets when it was first sent (UTC, our clock).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets when it was last put on its way to Magnum (UTC, our clock), or null when nothing is on its way.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Gets the process that put it on its way.</summary>
    public string? SentBy { get; init; }

    /// <summary>Gets how far it has come.</summary>
    public ClusterIntentState State { get; init; }

    /// <summary>Gets Magnum's uuid, once it is known.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Gets the initialisation's plan, once it was started.</summary>
    public string? PlanId { get; init; }

    /// <summary>Gets the key of a project's intents.</summary>
    public static string Project(string projectId) => "project:" + projectId;

    /// <summary>Gets the document's id: nobody can reach another project's or person's intent by guessing.</summary>
    /// <exception cref="ArgumentException">The intent's id is no GUID.</exception>
    public static string DocumentId(string projectId, string userId, string intentId) => Guid.TryParse(intentId, out var id)
        ? $"{projectId}.{userId}.{id:N}"
        : throw new ArgumentException("An intent is named by a GUID.", nameof(intentId));
}
