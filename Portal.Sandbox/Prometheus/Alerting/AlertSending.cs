using System.Net;
using System.Net.Http.Headers;
using System.Net.Mail;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus.Alerting;

/// <summary>Why a message did not get through, in Go's words, and whether another attempt has a sense.</summary>
internal sealed record SendFailure(string Text, bool MayHeal);

/// <summary>A message for a group: Alertmanager's version 4.</summary>
internal sealed record AlertmanagerMessage(string Receiver, AlertGroup Group, IReadOnlyList<GroupedAlert> Alerts)
{
    private const string Never = "0001-01-01T00:00:00Z";

    public bool IsFiring => Alerts.Any(a => a.EndedAt is null);

    public JsonObject ToJson() => new()
    {
        ["receiver"] = Receiver,
        ["status"] = IsFiring ? "firing" : "resolved",
        ["alerts"] = JsonPaths.Array(Alerts.Select(One)),
        ["groupLabels"] = JsonPaths.MapOf(Group.Labels.Pairs),
        ["commonLabels"] = JsonPaths.MapOf(Common(a => a.Labels.Pairs)),
        ["commonAnnotations"] = JsonPaths.MapOf(Common(a => a.Annotations)),
        ["externalURL"] = "http://alertmanager-0:9093",
        ["version"] = "4",
        ["groupKey"] = Group.Key,
        ["truncatedAlerts"] = 0,
    };

    private static JsonObject One(GroupedAlert one) => new()
    {
        ["status"] = one.EndedAt is null ? "firing" : "resolved",
        ["labels"] = JsonPaths.MapOf(one.Alert.Labels.Pairs),
        ["annotations"] = JsonPaths.MapOf(one.Alert.Annotations.OrderBy(a => a.Key, StringComparer.Ordinal)),
        ["startsAt"] = SilenceBook.Text(one.Alert.StartsAt),
        ["endsAt"] = one.EndedAt is { } end ? SilenceBook.Text(end) : Never,
        ["generatorURL"] = one.Alert.GeneratorUrl,
        ["fingerprint"] = one.Alert.Fingerprint,
    };

    private IEnumerable<KeyValuePair<string, string>> Common(Func<KeptAlert, IEnumerable<KeyValuePair<string, string>>> of) =>
        Alerts.Select(a => of(a.Alert)).Aggregate((all, next) => all.Intersect(next).ToList()).OrderBy(p => p.Key, StringComparer.Ordinal);
}

/// <summary>Sends messages for real: HTTP POST, or SMTP.</summary>
internal static class AlertSending
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Sends one; gives why it failed, or null.</summary>
    public static async Task<SendFailure?> SendAsync(PodPlace place, Integration way, AlertmanagerMessage message)
    {
        using var late = new CancellationTokenSource(Patience);
        try
        {
            return way.Kind == "email" ? await MailAsync(place, way.Settings, message, late.Token) : await PostAsync(place, way, message, late.Token);
        }
        catch (OperationCanceledException)
        {
            return new SendFailure("context deadline exceeded", MayHeal: true);
        }
    }

    private static async Task<SendFailure?> PostAsync(PodPlace place, Integration way, AlertmanagerMessage message, CancellationToken late)
    {
        var (settings, isSlack) = (way.Settings, way.Kind == "slack");
        var address = Value(place, settings, isSlack ? "api_url" : "url")?.Trim();
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url))
        {
            return new SendFailure("unsupported protocol scheme \"\"", MayHeal: false);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(Output.Bytes(isSlack ? Chat(settings, message) : message.ToJson())) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Alertmanager", "0.33.1"));
        if (settings.Obj("http_config.authorization") is { } login)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"{(login.Str("type") is { Length: > 0 } type ? type : "Bearer")} {Value(place, login, "credentials")?.Trim()}");
        }

        try
        {
            using var answer = await Http.SendAsync(request, late);
            return answer.IsSuccessStatusCode ? null : new SendFailure($"unexpected status code {(int)answer.StatusCode}", answer.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError);
        }
        catch (HttpRequestException e)
        {
            return new SendFailure($"Post \"<redacted>\": {Words(e, url.Host, url.Port)}", MayHeal: true);
        }
    }

    private static string Words(HttpRequestException e, string host, int port) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => $"dial tcp: lookup {host} on 10.254.0.10:53: no such host",
        HttpRequestError.SecureConnectionError => "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        _ => $"dial tcp {host}:{port}: connect: connection refused",
    };

    private static JsonObject Chat(JsonObject settings, AlertmanagerMessage message) => new()
    {
        ["channel"] = settings.Str("channel"),
        ["username"] = "Alertmanager",
        ["attachments"] = new JsonArray(new JsonObject
        {
            ["title"] = $"[{(message.IsFiring ? $"FIRING:{message.Alerts.Count(a => a.EndedAt is null)}" : "RESOLVED")}] {(message.Group.Labels.Pairs is [var first, ..] ? first.Value : string.Empty)}",
            ["text"] = string.Concat(message.Alerts.Select(a => a.Alert.Annotations.GetValueOrDefault("summary") + "\n")),
            ["color"] = message.IsFiring ? "danger" : "good",
        }),
    };

    private static async Task<SendFailure?> MailAsync(PodPlace place, JsonObject settings, AlertmanagerMessage message, CancellationToken late)
    {
        var host = settings.Str("smarthost");
        var colon = host.LastIndexOf(':');
        try
        {
            using var mail = new MailMessage(settings.Str("from"), settings.Str("to")) { Subject = message.IsFiring ? "[FIRING]" : "[RESOLVED]", Body = Encoding.UTF8.GetString(Output.Bytes(message.ToJson())) };
            using var smtp = new SmtpClient(host[..colon], int.Parse(host[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture)) { EnableSsl = settings["require_tls"] is null || settings.Bool("require_tls") };
            if (settings.Str("auth_username") is { Length: > 0 } user)
            {
                smtp.Credentials = new NetworkCredential(user, Value(place, settings, "auth_password"));
            }

            await smtp.SendMailAsync(mail, late);
            return null;
        }
        catch (SmtpException e)
        {
            return new SendFailure(e.InnerException is System.Net.Sockets.SocketException or HttpRequestException
                ? $"establish connection to server: dial tcp {host}: connect: {(e.GetBaseException().Message.Contains("refused", StringComparison.OrdinalIgnoreCase) ? "connection refused" : "no such host")}"
                : $"{(int)e.StatusCode} {e.StatusCode}", MayHeal: true);
        }
    }

    // A value, or what is in the file that is named in its place.
    private static string? Value(PodPlace place, JsonObject settings, string name)
    {
        if (settings.Str(name + "_file") is not { Length: > 0 } path)
        {
            return settings.Str(name);
        }

        return place.Cluster.Store.Find("pods", place.Namespace, place.Pod) is { } pod && PodInside.Container(pod, "alertmanager") is { } container ? PodInside.File(place.Cluster, pod, container, path) : null;
    }
}
