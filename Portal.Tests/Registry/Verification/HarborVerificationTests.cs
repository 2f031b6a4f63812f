using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Core.Registry.Harbor;
using Portal.Core.Registry.Verification;
using Portal.Sandbox.Faults;
using Portal.Tests.Support;

namespace Portal.Tests.Registry.Verification;

/// <summary>The checks over HTTP against the sandbox's Harbor, sound and spoilt.</summary>
public sealed class HarborVerificationTests(VerifiedHarbor harbor) : IClassFixture<VerifiedHarbor>
{
    [Fact]
    public async Task Sound_NoCheckFails_EveryOneHasAResult_AndNothingIsLeft()
    {
        var report = await harbor.RunAsync();

        Assert.Equal(CheckNames.All, report.Checks.Select(c => c.Check));
        Assert.Empty(report.Checks.Where(c => c.Outcome is CheckOutcome.Failed or CheckOutcome.NotChecked));
        Assert.True(report.Passed);
        Assert.Equal("isolation.ok", Code(report, "isolation"));
        Assert.Equal("token.ok", Code(report, "token"));
        Assert.Equal("tls.plain", Code(report, "tls"));
        Assert.Empty(await harbor.LeftAsync());
    }

    [Fact]
    public async Task ReadOnlyRun_SendsNoWrite_AndStillLooksAtSlashes()
    {
        var writes = new[] { "POST", "PUT", "PATCH", "DELETE" }.Select(m => new Fault { Service = "harbor", Method = m, Kind = "status", Status = 500 }).ToList();
        writes.ForEach(harbor.Faults.Add);

        var report = await harbor.RunAsync(readOnly: true);

        Assert.All(writes, w => Assert.Equal(0, harbor.Faults.Met(w.Id)));
        writes.ForEach(w => harbor.Faults.Remove(w.Id));
        Assert.True(report.Passed);
        Assert.Equal("slashes.ok", Code(report, "slashes"));
        Assert.All(report.Checks.Where(c => c.Check is "project" or "robot" or "user" or "cleanup"), c => Assert.Equal("not-checked.read-only-run", c.Code));
    }

    [Fact]
    public async Task WrongPassword_SaysSo_GoesNoFurther_AndNeverRepeatsIt()
    {
        var report = await harbor.RunAsync(new HarborLogin("admin", "Wrong-Passw0rd-1"));

        Assert.Equal("account.refused", Code(report, "account"));
        Assert.Equal("not-checked.account", Code(report, "project"));
        Assert.False(report.Passed);
        Assert.DoesNotContain("Wrong-Passw0rd-1", string.Join('\n', report.Checks.Select(c => $"{c} {string.Join(' ', c.Arguments.Values)}")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OrdinaryUser_IsNoAdministrator()
    {
        var user = await NewUserAsync("ordinary");

        Assert.Equal("account.not-administrator", Code(await harbor.RunAsync(user), "account"));
    }

    [Fact]
    public async Task Robot_IsToldThatItIsNoUser()
    {
        using var http = harbor.Harbor.Http();
        using var project = await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = "robots-home" });
        var permissions = new[] { new { kind = "project", @namespace = "robots-home", access = new[] { new { resource = "repository", action = "pull" } } } };
        using var made = await http.PostAsJsonAsync("/api/v2.0/robots", new { name = "verify", level = "project", duration = -1, permissions });
        var robot = (await made.Content.ReadFromJsonAsync<JsonObject>())!;

        var report = await harbor.RunAsync(new HarborLogin(robot["name"]!.GetValue<string>(), robot["secret"]!.GetValue<string>()));

        Assert.Equal("account.robot", Code(report, "account"));
    }

    [Fact]
    public async Task ReadOnlyMode_Fails_AndNothingIsTried()
    {
        await harbor.Harbor.ConfigureAsync(("read_only", true));
        try
        {
            var report = await harbor.RunAsync();

            Assert.Equal("read-only.on", Code(report, "read-only"));
            Assert.Equal("not-checked.read-only-mode", Code(report, "project"));
            Assert.False(report.Passed);
        }
        finally
        {
            await harbor.Harbor.ConfigureAsync(("read_only", false));
        }
    }

    [Theory]
    [InlineData("oidc_auth", "auth-mode.oidc")]
    [InlineData("ldap_auth", "auth-mode.ldap")]
    public async Task OtherSignIn_SaysWhatItMeans_AndTriesTheRobotAlone(string mode, string code)
    {
        await harbor.Harbor.ConfigureAsync(("auth_mode", mode));
        try
        {
            var report = await harbor.RunAsync();

            Assert.Equal(code, Code(report, "auth-mode"));
            Assert.Equal(["not-checked.no-local-users", "not-checked.no-local-users", "robot-login.ok", "isolation.anonymous"], new[] { "user", "member", "robot-login", "isolation" }.Select(c => Code(report, c)));
            Assert.True(report.Passed);
        }
        finally
        {
            await harbor.Harbor.ConfigureAsync(("auth_mode", "db_auth"));
        }
    }

    [Fact]
    public async Task LimitsSwitchedOff_IsToldAsAWarning()
    {
        await harbor.Harbor.ConfigureAsync(("quota_per_project_enable", false));
        try
        {
            Assert.Equal("storage.off", Code(await harbor.RunAsync(readOnly: true), "storage"));
        }
        finally
        {
            await harbor.Harbor.ConfigureAsync(("quota_per_project_enable", true));
        }
    }

    [Fact]
    public async Task ScannersThatAreNotThere_AreAWarning()
    {
        await using var front = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 200, "[]"));
        await using var proxy = await FrontProxy.StartAsync(harbor.Url);
        proxy.Request = request => request.RequestUri = request.RequestUri!.AbsolutePath == "/api/v2.0/scanners" ? new Uri(front.Url) : request.RequestUri;

        Assert.Equal("scanner.none", Code(await harbor.RunAsync(url: proxy.Url, readOnly: true), "scanner"));
    }

    [Fact]
    public async Task SickComponent_IsNamed_ThoughTheStatusIs200()
    {
        using var control = new HttpClient();
        (await control.PostAsJsonAsync(harbor.Harbor.Host.Context.Address("control") + "/harbor_unhealthy", new { on = true })).EnsureSuccessStatusCode();
        var report = await harbor.RunAsync(readOnly: true);
        (await control.PostAsJsonAsync(harbor.Harbor.Host.Context.Address("control") + "/harbor_unhealthy", new { on = false })).EnsureSuccessStatusCode();

        var health = report.Checks.Single(c => c.Check == "health");
        Assert.Equal("health.sick", health.Code);
        Assert.Contains("jobservice", health.Arguments["components"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProxysPage_IsToldAsOne()
    {
        using var page = harbor.With(new Fault { Service = "harbor", Kind = "html" });

        var report = await harbor.RunAsync();

        Assert.Equal("call.page", Code(report, "reachable"));
        Assert.Equal("not-checked.unreachable", Code(report, "account"));
    }

    [Fact]
    public async Task ProxysPage_BelowV2Alone_IsToldAtTheRegistry()
    {
        using var page = harbor.With(new Fault { Service = "harbor", Path = "^/v2", Kind = "html" });

        var report = await harbor.RunAsync();

        Assert.Equal(["call.page", "not-checked.no-challenge", "robot.ok", "call.page"], new[] { "challenge", "token-service", "robot", "robot-login" }.Select(c => Code(report, c)));
    }

    [Fact]
    public async Task NothingListens_IsUnreachable()
    {
        var closed = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 200, "{}"));
        var url = closed.Url;
        var other = await harbor.RunAsync(url: url);
        await closed.DisposeAsync();

        Assert.Equal("reachable.not-harbor", Code(other, "reachable"));
        Assert.Equal("call.unreachable", Code(await harbor.RunAsync(url: url), "reachable"));
    }

    [Fact]
    public async Task SlowAnswer_IsAWarning()
    {
        var report = await harbor.RunAsync(readOnly: true, time: new SlowClock());

        Assert.Equal("reachable.slow", Code(report, "reachable"));
        Assert.True(report.Passed);
    }

    private static string Code(VerificationReport report, string check) => report.Checks.Single(c => c.Check == check).Code;

    private async Task<HarborLogin> NewUserAsync(string name)
    {
        using var http = harbor.Harbor.Http();
        using var made = await http.PostAsJsonAsync("/api/v2.0/users", new { username = name, email = name + "@example.test", realname = name, password = "Example-Passw0rd-1" });
        made.EnsureSuccessStatusCode();
        return new HarborLogin(name, "Example-Passw0rd-1");
    }

    /// <summary>Between two looks at it pass six seconds.</summary>
    private sealed class SlowClock : TimeProvider
    {
        private long looks;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => 6 * Interlocked.Increment(ref looks);
    }
}
