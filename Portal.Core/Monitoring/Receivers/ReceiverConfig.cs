using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Core.Monitoring.Receivers;

/// <summary>Alertmanager's configuration: the add-on's own, and people's receivers with their routes. Written as JSON, which is YAML too.</summary>
internal static class ReceiverConfig
{
    /// <summary>The label by which a test alert is led to one receiver.</summary>
    public const string TestLabel = "portal_test";

    /// <summary>A receiver that tells nobody; its name says which version of the configuration is loaded, for comments do not outlive Alertmanager's reading.</summary>
    public const string Revision = "portal-revision-";

    private const string Folder = "/etc/alertmanager/config/";
    private const string Critical = "critical|page|emergency|error|major";
    private const string Warning = "warning|warn|minor";
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gives the name that a receiver has in Alertmanager.</summary>
    public static string NameOf(string receiver) => "people/" + receiver;

    /// <summary>Puts receivers into the add-on's configuration.</summary>
    /// <exception cref="FormatException">The add-on's configuration is none.</exception>
    public static (string Text, string Revision) Render(string addon, ImmutableArray<KeptReceiver> receivers)
    {
        var config = BaseConfig.Read(addon);
        var revision = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(addon + JsonSerializer.Serialize(receivers, ReceiverFile.Json))))[..12];
        if (config["route"] is not JsonObject route || config["receivers"] is not JsonArray known)
        {
            throw new FormatException("The configuration has no route or no receivers.");
        }

        var own = route["routes"] as JsonArray ?? [];
        route["routes"] = new JsonArray([
            .. receivers.Select(TestRoute),
            Route([$"{TestLabel} =~ \".+\""], Revision + revision),
            .. receivers.Select(r => Route(Matchers(r), NameOf(r.Name), goesOn: true)),
            .. own.Select(r => r?.DeepClone())]);
        config["receivers"] = new JsonArray([.. known.Select(r => r?.DeepClone()), new JsonObject { ["name"] = Revision + revision }, .. receivers.Select(Receiver)]);
        return (config.ToJsonString(Readable), revision);
    }

    // The dead man's switch is for programs, never for people.
    private static IEnumerable<string> Matchers(KeptReceiver receiver)
    {
        yield return "alertname != \"Watchdog\"";
        var (critical, warning, info) = (receiver.Severities.Contains("critical"), receiver.Severities.Contains("warning"), receiver.Severities.Contains("info"));
        var named = new[] { (Words: Critical, Has: critical), (Words: Warning, Has: warning) }.Where(s => s.Has != info).Select(s => s.Words).ToList();
        if (named.Count > 0)
        {
            yield return $"severity {(info ? "!~" : "=~")} \"{string.Join('|', named)}\"";
        }
    }

    private static JsonObject TestRoute(KeptReceiver receiver)
    {
        var route = Route([$"{TestLabel} = \"{receiver.Name}\""], NameOf(receiver.Name));
        (route["group_by"], route["group_wait"], route["group_interval"], route["repeat_interval"]) = (new JsonArray("..."), "0s", "10s", "4h");
        return route;
    }

    private static JsonObject Route(IEnumerable<string> matchers, string receiver, bool goesOn = false)
    {
        var route = new JsonObject { ["matchers"] = new JsonArray([.. matchers.Select(m => JsonValue.Create(m))]), ["receiver"] = receiver };
        if (goesOn)
        {
            route["continue"] = true;
        }

        return route;
    }

    private static JsonObject Receiver(KeptReceiver receiver) => new()
    {
        ["name"] = NameOf(receiver.Name),
        [receiver.Kind switch { ReceiverKind.Email => "email_configs", ReceiverKind.Webhook => "webhook_configs", _ => "slack_configs" }] = new JsonArray(Sends(receiver)),
    };

    private static JsonObject Sends(KeptReceiver receiver)
    {
        var way = new JsonObject { ["send_resolved"] = receiver.SendResolved };
        switch (receiver.Kind)
        {
            case ReceiverKind.Email:
                (way["to"], way["from"], way["smarthost"], way["require_tls"]) = (receiver.To, receiver.From, receiver.Smarthost, receiver.RequireTls);
                if (receiver.User.Length > 0)
                {
                    way["auth_username"] = receiver.User;
                }

                if (receiver.SecretFile is { } password)
                {
                    way["auth_password_file"] = Folder + password;
                }

                break;
            case ReceiverKind.Webhook:
                way["url_file"] = Folder + receiver.UrlFile;
                if (receiver.SecretFile is { } token)
                {
                    way["http_config"] = new JsonObject { ["authorization"] = new JsonObject { ["type"] = "Bearer", ["credentials_file"] = Folder + token } };
                }

                break;
            default:
                way["api_url_file"] = Folder + receiver.UrlFile;
                way["text"] = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}";
                if (receiver.Channel.Length > 0)
                {
                    way["channel"] = receiver.Channel;
                }

                break;
        }

        return way;
    }
}
