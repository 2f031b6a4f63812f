using System.Collections.Immutable;
using System.Text.Json;

namespace Portal.Core.Logs.Elasticsearch;

/// <summary>A field by which lines are filtered.</summary>
/// <param name="Name">Its name in documents.</param>
/// <param name="Exact">Names under which exact values are found: itself where it is a keyword, <c>.keyword</c> where it is text, both where indices differ. Empty: only phrases are found.</param>
public sealed record LogField(string Name, ImmutableArray<string> Exact);

/// <summary>Under which names a cluster's shipper writes what a line is and where it comes from; found by <c>_field_caps</c>.</summary>
public sealed record LogFields
{
    /// <summary>Name of the preset of fluentd with its Kubernetes filter.</summary>
    public const string Fluentd = "fluentd";

    /// <summary>Name of the preset of fluent-bit.</summary>
    public const string FluentBit = "fluent-bit";

    /// <summary>Name of the preset of the Elastic Common Schema (filebeat, Elastic Agent).</summary>
    public const string Ecs = "ecs";

    private static readonly string[] Messages = ["log", "message", "msg"];
    private static readonly string[] Levels = ["log.level", "level", "severity", "loglevel", "lvl"];

    /// <summary>Gets the preset: <c>fluentd</c>, <c>fluent-bit</c>, <c>ecs</c>.</summary>
    public required string Preset { get; init; }

    /// <summary>Gets the time.</summary>
    public string Time { get; init; } = "@timestamp";

    /// <summary>Gets the message's fields, the first that a document has is its message.</summary>
    public required ImmutableArray<string> Message { get; init; }

    /// <summary>Gets the namespace's field.</summary>
    public required LogField Namespace { get; init; }

    /// <summary>Gets the pod's field.</summary>
    public required LogField Pod { get; init; }

    /// <summary>Gets the container's field.</summary>
    public required LogField Container { get; init; }

    /// <summary>Gets the node's field.</summary>
    public required LogField Node { get; init; }

    /// <summary>Gets the level's field, or null where messages alone say it.</summary>
    public LogField? Level { get; init; }

    /// <summary>Gets whether any field was found: whether anything was ever shipped.</summary>
    public bool IsKnown { get; init; }

    /// <summary>Reads the answer of <c>_field_caps?fields=*</c>.</summary>
    internal static LogFields Read(JsonElement root)
    {
        var caps = root.ValueKind is JsonValueKind.Object && root.TryGetProperty("fields", out var fields) && fields.ValueKind is JsonValueKind.Object ? fields : default;
        bool Has(string name) => caps.ValueKind is JsonValueKind.Object && caps.TryGetProperty(name, out _);
        LogField Field(string name) => new(name, [.. new[] { name, name + ".keyword" }.Where(n => IsKeyword(caps, n))]);
        var preset = Has("kubernetes.pod.name") && !Has("kubernetes.pod_name") ? Ecs
            : Has("kubernetes.docker_id") || Has("kubernetes.container_hash") ? FluentBit : Fluentd;
        var messages = Messages.Where(Has).ToImmutableArray();
        var level = Levels.FirstOrDefault(Has);
        var isEcs = preset == Ecs;
        return new()
        {
            Preset = preset,
            IsKnown = caps.ValueKind is JsonValueKind.Object && caps.EnumerateObject().Any(),
            Message = messages.IsEmpty ? [isEcs ? "message" : "log"] : messages,
            Namespace = Field(isEcs ? "kubernetes.namespace" : "kubernetes.namespace_name"),
            Pod = Field(isEcs ? "kubernetes.pod.name" : "kubernetes.pod_name"),
            Container = Field(isEcs ? "kubernetes.container.name" : "kubernetes.container_name"),
            Node = Field(isEcs ? "kubernetes.node.name" : "kubernetes.host"),
            Level = level is null ? null : Field(level),
        };
    }

    private static bool IsKeyword(JsonElement caps, string name) =>
        caps.ValueKind is JsonValueKind.Object && caps.TryGetProperty(name, out var types) && types.ValueKind is JsonValueKind.Object
        && types.EnumerateObject().Any(t => t.Name is "keyword" or "constant_keyword" or "wildcard");
}
