using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Schema;

/// <summary>A kind of object as one version of its group serves it.</summary>
internal sealed record ResourceType
{
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Plural { get; init; }

    public required string Kind { get; init; }

    public required bool Namespaced { get; init; }

    public string Singular { get; init; } = string.Empty;

    public string? ListKindName { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public required IReadOnlyList<string> Verbs { get; init; }

    public IReadOnlyList<string> Subresources { get; init; } = [];

    /// <summary>Gets the schema of a custom resource, or null.</summary>
    public JsonObject? CustomSchema { get; init; }

    public bool IsCustom { get; init; }

    /// <summary>Gets the printer columns of a custom resource, or null.</summary>
    public JsonArray? Columns { get; init; }

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Gets the key under which the objects are stored, whichever version serves them.</summary>
    public string Storage => Plural == "events" ? "events" : Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string ListKind => ListKindName ?? Kind + "List";

    public bool HasStatus => Subresources.Contains("status");

    public bool Stored => Verbs.Contains("list") && Plural != "componentstatuses" && Group != "metrics.k8s.io";

    public bool Counts => IsCustom || Kind is "Deployment" or "ReplicaSet" or "DaemonSet" or "StatefulSet" or "Job" or "CronJob" or "Ingress" or "IngressClass"
        or "NetworkPolicy" or "PodDisruptionBudget" or "CustomResourceDefinition" or "EndpointSlice" or "ValidatingWebhookConfiguration"
        or "MutatingWebhookConfiguration" or "FlowSchema" or "PriorityLevelConfiguration" or "ReplicationController" or "PriorityClass";
}
