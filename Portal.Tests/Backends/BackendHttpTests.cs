using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Tests.Support;

namespace Portal.Tests.Backends;

public sealed class BackendHttpTests : IAsyncDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddBackends().BuildServiceProvider();

    private BackendHttp Http => services.GetRequiredService<BackendHttp>();

    public async ValueTask DisposeAsync() => await services.DisposeAsync();

    [Fact]
    public async Task Call_TokenRefused_IsSentOnceMoreWithAFreshToken()
    {
        await using var server = await SmallServer.StartAsync(http => http.Request.Headers["X-Auth-Token"] == "new"
            ? SmallServer.JsonAsync(http, 202, """{"uuid":"x"}""")
            : SmallServer.JsonAsync(http, 401, """{"error":{"code":401,"title":"Unauthorized","message":"The request you have made requires authentication."}}"""));
        var scope = Scope(server, "old", "new");

        var answer = await Http.SendAsync(Call(scope) with { Method = HttpMethod.Post, Body = new { Name = "a" } }, default);

        Assert.Equal("x", answer.Read<Dictionary<string, string>>()["uuid"]);
        Assert.Equal(1, ((FixedTokens)scope.Tokens).Refused);
        Assert.Equal(2, server.Asked.Count);
    }

    [Fact]
    public async Task Call_TokenRefusedTwice_SaysSignInAgain()
    {
        await using var server = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 401, """{"error":{"message":"no"}}"""));

        var e = await Assert.ThrowsAsync<BackendException>(() => Http.SendAsync(Call(Scope(server)), default));

        Assert.Equal(BackendFailure.SignInAgain, e.Failure);
        Assert.Equal(2, server.Asked.Count);
    }

    [Theory]
    [InlineData("GET", 3)]
    [InlineData("POST", 1)]
    [InlineData("DELETE", 1)]
    [InlineData("PATCH", 1)]
    public async Task Call_ServerBroken_IsTriedAgainOnlyWhenItReads(string method, int times)
    {
        await using var server = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 503, "{}"));

        var e = await Assert.ThrowsAsync<BackendException>(() => Http.SendAsync(Call(Scope(server)) with { Method = new HttpMethod(method) }, default));

        Assert.Equal(BackendFailure.Broken, e.Failure);
        Assert.True(e.MayHeal);
        Assert.Equal(times, server.Asked.Count);
    }

    [Fact]
    public async Task Call_ToldToWaitLong_GivesTheTimeInsteadOfWaiting()
    {
        await using var server = await SmallServer.StartAsync(http =>
        {
            http.Response.Headers.RetryAfter = "60";
            return SmallServer.JsonAsync(http, 429, """{"overLimit":{"message":"slow down"}}""");
        });

        var e = await Assert.ThrowsAsync<BackendException>(() => Http.SendAsync(Call(Scope(server)), default));

        Assert.Equal(BackendFailure.Throttled, e.Failure);
        Assert.Equal(TimeSpan.FromSeconds(60), e.RetryAfter);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task Call_NoAnswerInTime_IsATimeout()
    {
        await using var server = await SmallServer.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));

        var e = await Assert.ThrowsAsync<BackendException>(() => Http.SendAsync(Call(Scope(server)) with { Timeout = TimeSpan.FromMilliseconds(200) }, default));

        Assert.Equal(BackendFailure.Timeout, e.Failure);
    }

    [Fact]
    public async Task Call_Cancelled_IsACancellationNotAFailure()
    {
        await using var server = await SmallServer.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Http.SendAsync(Call(Scope(server)), stop.Token));
    }

    [Fact]
    public async Task Call_ConnectionCut_IsUnreachable()
    {
        await using var server = await SmallServer.StartAsync(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });

        var e = await Assert.ThrowsAsync<BackendException>(() => Http.SendAsync(Call(Scope(server)) with { Query = [("secret", "canary-77")] }, default));

        Assert.Equal(BackendFailure.Unreachable, e.Failure);
        Assert.DoesNotContain("canary-77", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_PageInsteadOfJson_IsUnexpected()
    {
        await using var server = await SmallServer.StartAsync(http => http.Response.WriteAsync("<html><h1>Welcome</h1></html>"));

        var e = await Assert.ThrowsAsync<BackendException>(() => Http.GetAsync<Dictionary<string, string>>(Call(Scope(server)), default));

        Assert.Equal(BackendFailure.Unexpected, e.Failure);
    }

    [Fact]
    public async Task Find_NotThere_IsNull()
    {
        await using var server = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 404, """{"errors":[{"title":"","detail":""}]}"""));

        Assert.Null(await Http.FindAsync<Dictionary<string, string>>(Call(Scope(server)), default));
    }

    [Fact]
    public async Task Call_RedirectedToAnotherHost_DoesNotTakeTheTokenThere()
    {
        await using var stranger = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 200, "{}"));
        await using var server = await SmallServer.StartAsync(http =>
        {
            http.Response.Redirect(stranger.Url + "/v1/things");
            return Task.CompletedTask;
        });

        await Assert.ThrowsAsync<BackendException>(() => Http.SendAsync(Call(Scope(server)), default));

        Assert.Empty(stranger.Asked);
    }

    [Fact]
    public async Task Call_RedirectedWithinTheHost_IsFollowedWithItsToken()
    {
        await using var server = await SmallServer.StartAsync(http =>
        {
            if (http.Request.Path == "/v1/moved")
            {
                return SmallServer.JsonAsync(http, 200, $$"""{"token":"{{http.Request.Headers["X-Auth-Token"]}}"}""");
            }

            http.Response.Redirect("/v1/moved");
            return Task.CompletedTask;
        });

        Assert.Equal("token-1", (await Http.GetAsync<Dictionary<string, string>>(Call(Scope(server)), default))["token"]);
    }

    [Fact]
    public async Task Call_Traced_TellsNoSecret()
    {
        // The listener hears the calls of all tests that run beside this one.
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == BackendTrace.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await SmallServer.StartAsync(http =>
        {
            http.Response.Headers["x-openstack-request-id"] = "req-1";
            return SmallServer.JsonAsync(http, 200, "{}");
        });

        await Http.SendAsync(Call(Scope(server, "canary-1")) with { Operation = "traced", Headers = [("X-Secret", "canary-2")] }, default);

        var span = Assert.Single(spans, s => s.DisplayName == "thing traced");
        Assert.Contains(span.TagObjects, t => t is { Key: "portal.request_id", Value: "req-1" });
        Assert.DoesNotContain(span.TagObjects, t => t.Value?.ToString()?.Contains("canary", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Clock_OfTheBackendAhead_IsMeasured()
    {
        await using var server = await SmallServer.StartAsync(http =>
        {
            http.Response.Headers.Date = DateTimeOffset.UtcNow.AddMinutes(5).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            return SmallServer.JsonAsync(http, 200, "{}");
        });

        await Http.SendAsync(Call(Scope(server)), default);

        Assert.InRange(services.GetRequiredService<BackendClocks>().Of("thing").TotalSeconds, 297, 303);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/v1")]
    [InlineData("/v1/")]
    public async Task Endpoint_WithOrWithoutVersion_LeadsToTheSamePath(string suffix)
    {
        await using var server = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 200, "{}"));
        var scope = TestScopes.Fake(new Dictionary<string, string> { ["thing"] = server.Url + suffix });

        await Http.SendAsync(Call(scope) with { Query = [("a", "b c"), ("none", null)] }, default);

        Assert.Equal(["GET /v1/things?a=b%20c"], server.Asked);
    }

    [Fact]
    public async Task Next_NamesAHostOfItsOwn_IsAskedAtTheGivenEndpoint()
    {
        await using var server = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 200, "{}"));
        var scope = TestScopes.Fake(new Dictionary<string, string> { ["thing"] = server.Url + "/container-infra/v1" });

        await Http.SendAsync(Call(scope) with { Path = "http://inside.invalid:9511/v1/clusters?marker=x" }, default);

        Assert.Equal(["GET /container-infra/v1/clusters?marker=x"], server.Asked);
    }

    [Fact]
    public async Task Endpoint_NotInTheCatalog_IsSaid()
    {
        var e = await Assert.ThrowsAsync<BackendException>(() => Http.SendAsync(Call(TestScopes.Fake(new Dictionary<string, string>())), default));

        Assert.Contains("no endpoint of type thing", e.Answer, StringComparison.Ordinal);
    }

    private static BackendCall Call(Scope scope) => new()
    {
        Backend = "thing",
        Operation = "list things",
        Scope = scope,
        ServiceType = "thing",
        Version = "v1",
        Path = "things",
    };

    private static Scope Scope(SmallServer server, params string[] tokens) =>
        TestScopes.Fake(new Dictionary<string, string> { ["thing"] = server.Url }, tokens: tokens);
}
