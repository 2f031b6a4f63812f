using System.Text.Json;
using Portal.Core.Clusters;

namespace Portal.Clusters.Create;

/// <summary>What was typed so far; kept for the person, so that it survives a lost connection and a restart of the portal.</summary>
public sealed record ClusterDraft
{
    private const int Room = 4096;

    /// <summary>Gets the form.</summary>
    public ClusterSpec Spec { get; init; } = new();

    /// <summary>Gets the id under which Magnum is asked once, however often the button is pressed.</summary>
    public string IntentId { get; init; } = "";

    /// <summary>Gets the open step.</summary>
    public CreateStep Step { get; init; }

    /// <summary>Gets the name of the preference that holds it.</summary>
    public static string KeyOf(string projectId) => "draft.cluster." + projectId;

    /// <summary>Gives the draft as it is kept, or null when it is too long to be kept.</summary>
    public string? Write() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web) is { Length: <= Room } text ? text : null;

    /// <summary>Reads a kept draft; one that cannot be read is a new one.</summary>
    public static ClusterDraft Read(string? kept)
    {
        try
        {
            if (kept is not null && JsonSerializer.Deserialize<ClusterDraft>(kept, JsonSerializerOptions.Web) is { IntentId.Length: > 0 } draft)
            {
                return draft;
            }
        }
        catch (JsonException)
        {
            // Written by another version: begin anew.
        }

        return new ClusterDraft { IntentId = Guid.NewGuid().ToString("N") };
    }
}
