using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Storage;

namespace Portal.Tests.Storage;

internal enum Colour
{
    Red,
    Blue,
}

/// <summary>A document of the storage tests.</summary>
internal sealed record Note
{
    public static DocumentType<Note> Type { get; } = new("note", 2, note => note.Tags.Select(tag => $"tag:{tag}"))
    {
        Upgrades = ImmutableDictionary<int, Action<JsonObject>>.Empty.Add(1, json => json["text"] = (string?)json["title"] + "!"),
    };

    public required string Text { get; init; }

    public ImmutableArray<string> Tags { get; init; } = [];

    public Colour Colour { get; init; }

    public DateTimeOffset? At { get; init; }

    public TimeSpan? Life { get; init; }

    public ImmutableDictionary<string, string> More { get; init; } = ImmutableDictionary<string, string>.Empty;

    public JsonElement? Any { get; init; }
}
