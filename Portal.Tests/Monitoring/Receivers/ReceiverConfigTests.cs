using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Addons;
using Portal.Core.Monitoring.Receivers;
using Portal.Core.Monitoring.Rules;
using Portal.Sandbox.Prometheus.Alerting;

namespace Portal.Tests.Monitoring.Receivers;

/// <summary>What is written for Alertmanager, what is refused before, and what is read from its counters and log.</summary>
public sealed class ReceiverConfigTests
{
    private const string Webhook = "https://portal.example.test/api/alertmanager/webhook";

    internal static ImmutableArray<KeptReceiver> Three { get; } =
    [
        new() { Name = "mail", Kind = ReceiverKind.Email, To = "ops@example.test, boss@example.test", From = "alerts@example.test", Smarthost = "mail.example.test:587", User = "alerts", SecretFile = "secret-1", Severities = ["critical"] },
        new() { Name = "chat", Kind = ReceiverKind.Slack, Host = "https://chat.example.test", UrlFile = "secret-2", Channel = "#ops", Severities = ["critical", "warning", "info"], SendResolved = false },
        new() { Name = "pager", Kind = ReceiverKind.Webhook, Host = "https://pager.example.test", UrlFile = "secret-3", SecretFile = "secret-4", Severities = ["warning"] },
    ];

    [Theory]
    [InlineData("")]
    [InlineData(Webhook)]
    public void Rendered_KeepsWhatTheAddonHas_AndLeadsToPeople(string webhook)
    {
        var (text, revision) = ReceiverConfig.Render(Addon(webhook), Three);

        var config = JsonNode.Parse(text)!;
        var routes = config["route"]!["routes"]!.AsArray();
        var names = config["receivers"]!.AsArray().Select(r => (string)r!["name"]!).ToList();
        Assert.Equal(3, config["inhibit_rules"]!.AsArray().Count);
        Assert.Equal(webhook.Length > 0, names.Contains("portal"));
        Assert.Equal(["nobody", "people/mail", "people/chat", "people/pager"], names.Where(n => n != "portal" && !n.StartsWith("portal-", StringComparison.Ordinal)));
        Assert.Contains("portal-revision-" + revision, names);
        Assert.Equal(3 + 1 + 3 + (webhook.Length > 0 ? 2 : 1), routes.Count);
        Assert.All(routes.Skip(4).Take(3), r => Assert.True((bool)r!["continue"]!));
        Assert.Equal(["portal_test = \"mail\""], routes[0]!["matchers"]!.AsArray().Select(m => (string)m!));
        Assert.Equal("30s", (string)config["route"]!["group_wait"]!);
        Assert.Null(AlertmanagerConfig.Refusal(text));
    }

    [Theory]
    [InlineData("critical", "severity =~ \"critical|page|emergency|error|major\"")]
    [InlineData("critical,warning", "severity =~ \"critical|page|emergency|error|major|warning|warn|minor\"")]
    [InlineData("info", "severity !~ \"critical|page|emergency|error|major|warning|warn|minor\"")]
    [InlineData("warning,info", "severity !~ \"critical|page|emergency|error|major\"")]
    [InlineData("critical,warning,info", null)]
    public void Severities_BecomeOneMatcher_AndEveryOtherWordIsInformation(string severities, string? matcher)
    {
        var (text, _) = ReceiverConfig.Render(Addon(""), [Three[0] with { Severities = [.. severities.Split(',')] }]);

        var matchers = JsonNode.Parse(text)!["route"]!["routes"]![2]!["matchers"]!.AsArray().Select(m => (string)m!);
        Assert.Equal(new[] { "alertname != \"Watchdog\"", matcher }.OfType<string>(), matchers);
    }

    [Fact]
    public void Revision_IsTheConfigurations_AndChangesWithEachOfItsParts()
    {
        var revision = ReceiverConfig.Render(Addon(""), Three).Revision;

        Assert.Equal(revision, ReceiverConfig.Render(Addon(""), Three).Revision);
        Assert.NotEqual(revision, ReceiverConfig.Render(Addon(Webhook), Three).Revision);
        Assert.NotEqual(revision, ReceiverConfig.Render(Addon(""), Three.SetItem(0, Three[0] with { SecretFile = "secret-9" })).Revision);
    }

    [Theory]
    [InlineData("Pager", "https://a.test/", "", "name receiver-bad-name")]
    [InlineData("pager", "ftp://a.test/", "", "url receiver-bad-url")]
    [InlineData("pager", "https://me:pw@a.test/", "", "url receiver-bad-url")]
    [InlineData("pager", "https://a.test/ b", "", "url receiver-bad-url")]
    [InlineData("pager", "", "", "url receiver-no-url")]
    [InlineData("pager", "https://a.test/", "one\r\nX-Other: two", "secret receiver-bad-secret")]
    [InlineData("pager", "https://there.test/hook", "", "url receiver-duplicate")]
    [InlineData("there", "https://a.test/", "", "name receiver-name-taken")]
    [InlineData("pager", "http://a.test:8080/x?y=z", "token", "")]
    public void Webhook_IsCheckedAtItsFields(string name, string url, string secret, string expected)
    {
        var there = new KeptReceiver { Name = "there", Kind = ReceiverKind.Webhook, UrlFile = "f" };
        var draft = new ReceiverDraft { Name = name, Kind = ReceiverKind.Webhook, Url = url, Secret = secret, IsNew = true };

        var errors = ReceiverCheck.Errors(draft, name == "there" ? there : null, name == "there" ? [] : [there], _ => "https://there.test/hook");

        Assert.Equal(expected, string.Join("; ", errors.Select(e => $"{e.Field} {e.Code}")));
    }

    [Theory]
    [InlineData("ops@example.test", "mail.example.test:587", "", "", "")]
    [InlineData("ops@example.test, other@example.test", "[::1]:25", "me", "pw", "")]
    [InlineData("ops", "mail.example.test:587", "", "", "to receiver-bad-address")]
    [InlineData("{{ .X }}@example.test", "mail.example.test:587", "", "", "to receiver-bad-address")]
    [InlineData("ops@example.test", "mail.example.test", "", "", "smarthost receiver-bad-smarthost")]
    [InlineData("ops@example.test", "mail.example.test:70000", "", "", "smarthost receiver-bad-smarthost")]
    [InlineData("ops@example.test", "mail.example.test:25", "me", "", "secret receiver-no-password")]
    public void Mail_IsCheckedAtItsFields(string to, string smarthost, string user, string password, string expected)
    {
        var draft = new ReceiverDraft { Name = "mail", Kind = ReceiverKind.Email, To = to, From = "a@example.test", Smarthost = smarthost, User = user, Secret = password };

        Assert.Equal(expected, string.Join("; ", ReceiverCheck.Errors(draft, null, [], _ => null).Select(e => $"{e.Field} {e.Code}")));
    }

    [Fact]
    public void Counters_OfAReceiver_AreItsOwnWhereAlertmanagerTellsThemApart()
    {
        const string Kinds = "alertmanager_notification_requests_total{integration=\"webhook\"} 7\nalertmanager_notification_requests_failed_total{integration=\"webhook\"} 2\n";
        const string Own = "alertmanager_notification_requests_total{integration=\"webhook\",receiver_name=\"people/a\"} 3\nalertmanager_notification_requests_total{integration=\"webhook\",receiver_name=\"portal\"} 90\nalertmanager_notification_requests_failed_total{integration=\"webhook\",receiver_name=\"people/a\"} 1\n";

        Assert.Equal(new SendCounts(7, 2, false), AlertmanagerControl.Counts(Kinds, "webhook", "people/a"));
        Assert.Equal(new SendCounts(3, 1, true), AlertmanagerControl.Counts(Own, "webhook", "people/a"));
        Assert.Equal(new SendCounts(0, 0, false), AlertmanagerControl.Counts(Own, "email", "people/a"));
    }

    [Theory]
    [InlineData("err=\"Post \\\"<redacted>\\\": dial tcp: lookup hooks.example.test on 10.254.0.10:53: no such host\"", "dns", null)]
    [InlineData("err=\"Post \\\"<redacted>\\\": dial tcp 10.0.0.1:443: connect: connection refused\"", "refused", null)]
    [InlineData("err=\"people/a/webhook[0]: notify retry canceled due to unrecoverable error after 1 attempts: unexpected status code 401: https://x/secret\"", "login", 401)]
    [InlineData("err=\"unexpected status code 503: <redacted>\"", "status", 503)]
    [InlineData("err=\"establish connection to server: dial tcp 10.0.0.1:25: i/o timeout\"", "timeout", null)]
    [InlineData("err=\"*smtp.plainAuth auth: 535 5.7.8 bad credentials\"", "login", null)]
    [InlineData("err=\"Post \\\"<redacted>\\\": x509: certificate signed by unknown authority\"", "tls", null)]
    [InlineData("err=\"something new\"", "unknown", null)]
    public void Log_OfAFailure_GivesItsKind_AndNoneOfItsWords(string error, string reason, int? status)
    {
        string[] log = ["level=info msg=Listening", "receiver=people/a-b integration=webhook[0] err=\"no such host\"", "level=warn component=dispatcher receiver=people/a integration=webhook[0] msg=\"Notify attempt failed\" " + error, "receiver=people/ab err=\"no such host\""];

        Assert.Equal((reason, status), ReceiverTrials.Reason(log, "people/a"));
    }

    [Fact]
    public void Secrets_AreInNoText()
    {
        var draft = new ReceiverDraft { Name = "a", Kind = ReceiverKind.Webhook, Url = "https://a.test/very-secret-path", Secret = "very-secret-token" };

        Assert.DoesNotContain("very-secret", $"{draft}", StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", ReceiverConfig.Render(Addon(""), Three).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void StockRules_NameAThresholdOnce_AndEachStepsBackForItsOwnName()
    {
        var text = (string)new AddonCatalog().Render("prometheus", Parameters).Single(o => (string?)o["metadata"]!["name"] == "prometheus-rules")["data"]!["platform.yml"]!;
        var rules = BaseConfig.Read(text)["groups"]![0]!["rules"]!.AsArray().Where(r => (string?)r!["alert"] != "Watchdog").ToList();

        Assert.All(rules, r => Assert.True(RuleThreshold.Open((string)r!["expr"]!, (string)r["alert"]!).StepsBack, (string)r["alert"]!));
        var numbers = rules.Where(r => r!["annotations"]!["portal_threshold"] is not null).ToList();
        Assert.Equal(4, numbers.Count);
        Assert.All(numbers, r => Assert.NotNull(RuleThreshold.Find((string)r!["expr"]!, (string)r["annotations"]!["portal_threshold"]!)));
    }

    [Theory]
    [InlineData("a / b < 0.03 and c > 0", "0.03", "0.1", "a / b < 0.1 and c > 0")]
    [InlineData("100 * (x) > 10", "10", "1e2", "100 * (x) > 1e2")]
    public void Threshold_IsPutInThePlaceOfTheNumberAlone(string expression, string number, string other, string expected)
    {
        Assert.Equal(number, RuleThreshold.Find(expression, number));
        Assert.Equal(expected, RuleThreshold.Put(expression, number, other));
        Assert.False(RuleThreshold.IsNumber("1) or vector(1"));
        Assert.Null(RuleThreshold.Find("a > 1 and b > 1", "1"));
    }

    internal static string Addon(string webhook)
    {
        var site = new AddonsOptions();
        site.Parameters["alertmanager"] = new() { ["webhookUrl"] = webhook };
        return (string)new AddonCatalog(site).Render("alertmanager", Parameters).Single(o => (string?)o["kind"] == "ConfigMap")["data"]!["alertmanager.yml"]!;
    }

    private static AddonParameters Parameters => new() { Registry = "harbor.example.test/platform", Cluster = "shop-prod-1", StorageClass = "cinder" };
}
