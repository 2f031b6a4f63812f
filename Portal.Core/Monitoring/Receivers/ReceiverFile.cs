using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Portal.Core.Monitoring.Receivers;

/// <summary>A receiver as the Secret keeps it: what must not be seen is in files of their own.</summary>
internal sealed record KeptReceiver : AlertReceiver
{
    /// <summary>Gets the file with the address of a webhook or chat, or null.</summary>
    public string? UrlFile { get; init; }

    /// <summary>Gets the file with password or token, or null.</summary>
    public string? SecretFile { get; init; }

    /// <summary>Gets the names of its files.</summary>
    [JsonIgnore]
    public IEnumerable<string> Files => new[] { UrlFile, SecretFile }.OfType<string>();

    /// <summary>Gives it without the names of files.</summary>
    public AlertReceiver Open() => new()
    {
        Name = Name,
        Kind = Kind,
        Severities = Severities.IsDefault ? [] : Severities,
        SendResolved = SendResolved,
        To = To,
        From = From,
        Smarthost = Smarthost,
        User = User,
        RequireTls = RequireTls,
        Channel = Channel,
        Host = Host,
        HasSecret = SecretFile is not null,
    };
}

/// <summary>What the Secret says of itself.</summary>
/// <param name="Receivers">Who is told.</param>
/// <param name="Former">Who was told before the last change, until Alertmanager has taken it; null afterwards.</param>
/// <param name="Revision">By which the configuration is known once loaded; null: the add-on's own counts.</param>
/// <param name="Addon">Hash of the add-on's configuration that it was made from.</param>
internal sealed record ReceiverState(ImmutableArray<KeptReceiver> Receivers, ImmutableArray<KeptReceiver>? Former, string? Revision, string Addon)
{
    /// <summary>Gets one with nobody.</summary>
    public static ReceiverState None { get; } = new([], null, null, "");
}

/// <summary>The Secret <c>monitoring/portal-receivers</c>. Alertmanager's manifest mounts it over the add-on's configuration, so its key <c>alertmanager.yml</c> takes the other's place.</summary>
internal static class ReceiverFile
{
    /// <summary>The Secret's name.</summary>
    public const string Name = "portal-receivers";

    /// <summary>The namespace of the add-on Alertmanager.</summary>
    public const string Namespace = "monitoring";

    /// <summary>The configuration's key, in the Secret and in the add-on's ConfigMap.</summary>
    public const string Config = "alertmanager.yml";

    private const string State = "receivers.json";

    /// <summary>Gets how the state is written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = { new JsonStringEnumConverter() } };

    /// <summary>Reads the state; null when the Secret is not one that the portal wrote.</summary>
    public static ReceiverState? Read(JsonObject? secret)
    {
        if (secret is null)
        {
            return ReceiverState.None;
        }

        try
        {
            var state = TextOf(secret, State) is { } text ? JsonSerializer.Deserialize<ReceiverState>(text, Json) : null;
            return state is { Receivers.IsDefault: false, Addon: not null } && state.Receivers.All(r => r is { Name.Length: > 0 }) ? state : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Gives a file of the Secret, or null.</summary>
    public static string? TextOf(JsonObject? secret, string key) => secret?["data"]?[key]?.GetValue<string>() is { } octets ? Encoding.UTF8.GetString(Convert.FromBase64String(octets)) : null;

    /// <summary>Gives the Secret; with the version it replaces, so that of two writers one is refused.</summary>
    /// <param name="state">What it says of itself.</param>
    /// <param name="config">The configuration, or null for the add-on's own.</param>
    /// <param name="files">Secrets by the names of their files.</param>
    /// <param name="version">Version of the one that is replaced, or null.</param>
    public static JsonObject Write(ReceiverState state, string? config, IEnumerable<KeyValuePair<string, string>> files, string? version)
    {
        var metadata = new JsonObject { ["name"] = Name, ["namespace"] = Namespace };
        if (version is not null)
        {
            metadata["resourceVersion"] = version;
        }

        var data = new JsonObject { [State] = Octets(JsonSerializer.Serialize(state, Json)) };
        if (config is not null)
        {
            data[Config] = Octets(config);
        }

        foreach (var (name, text) in files)
        {
            data[name] = Octets(text);
        }

        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Secret", ["type"] = "Opaque", ["metadata"] = metadata, ["data"] = data };
    }

    private static string Octets(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
