using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Steps;
using Portal.Core.Registry.Harbor;
using Portal.Core.Registry.Hooks;
using Portal.Registry;
using Portal.Tests.Mapping;
using Portal.Tests.Support;

namespace Portal.Tests.Registry.Hooks;

/// <summary>The sandbox's Harbor tells the portal what happens to a project's images, over HTTP.</summary>
public sealed class HarborHookTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private readonly MappingInputs project = MappingRoom.NewProject();
    private readonly MappingInputs other = MappingRoom.NewProject();
    private WebApplication portal = null!;
    private MappingRoom room = null!;

    private string Url => portal.Urls.First();

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton(_ => room.Get<IRegistryEvents>());
        portal = builder.Build();
        portal.MapHarborHooks();
        await portal.StartAsync();
        room = new MappingRoom(sandbox.Address("harbor"), configure: o => o.HookUrl = Url);
    }

    public async Task DisposeAsync()
    {
        await room.DisposeAsync();
        await portal.DisposeAsync();
    }

    [Fact]
    public async Task Push_IsToldToWhoLooksAtTheProject_AndToNobodyElse()
    {
        await room.RunAsync(project);
        await room.RunAsync(other);
        var mine = Told(project);
        var theirs = Told(other);

        await PushAsync(project);

        Assert.True(await mine.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.False(theirs.IsCompleted);
    }

    [Fact]
    public async Task Plan_Twice_LeavesTheHookAlone_AndWhatWasChangedByHandIsMended()
    {
        await room.RunAsync(project);
        var name = (await room.MappingAsync(project))!.HarborProject;
        var hooks = room.Get<HarborHooks>();
        var made = (await hooks.FindAsync(name, CancellationToken.None))!;
        Assert.Equal(Url + "/api/harbor/webhook", made.Address);

        await room.RunAsync(project);
        Assert.Equal(made.Header, (await hooks.FindAsync(name, CancellationToken.None))!.Header);

        var theirs = room.Get<HookTokens>().Make(other.ProjectId);
        await hooks.PutAsync(name, made with { Header = theirs, IsEnabled = false, Address = "http://elsewhere.example" }, CancellationToken.None);
        await room.RunAsync(project);

        var mended = (await hooks.FindAsync(name, CancellationToken.None))!;
        Assert.Equal((made.Id, made.Address, true), (mended.Id, mended.Address, mended.IsEnabled));
        Assert.True(room.Get<HookTokens>().Proves(mended.Header, project.ProjectId));
    }

    [Fact]
    public async Task Plan_WhereTheSiteNamesNoAddress_HasNoSuchStep()
    {
        await using var silent = new MappingRoom(sandbox.Address("harbor"));

        Assert.False(silent.Step(SetHookStep.StepId).AppliesTo(default));
        Assert.True(room.Step(SetHookStep.StepId).AppliesTo(default));
    }

    [Fact]
    public async Task Receiver_TakesOurTokensAndHarborsMessagesOnly()
    {
        var token = room.Get<HookTokens>().Make(project.ProjectId)["Bearer ".Length..];
        var message = Encoding.UTF8.GetBytes(new JsonObject { ["type"] = "PUSH_ARTIFACT", ["occur_at"] = 1, ["operator"] = "x", ["event_data"] = new JsonObject() }.ToJsonString());

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(null, message));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(project.ProjectId, message));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(token[..^2], message));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(new string('a', 2000), message));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(token, "[]"u8.ToArray()));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(token, "{\"type\":"u8.ToArray()));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(token, new byte[1024 * 1024 + 1]));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(token, message));
    }

    [Fact]
    public void Watch_WithoutTheRightToRead_IsRefused() =>
        Assert.Throws<ForbiddenException>(() => room.Get<IRegistryEvents>().WatchAsync(TestScopes.Fake(new Dictionary<string, string>(), project.ProjectId) with { Capabilities = [] }, CancellationToken.None));

    private Task<bool> Told(MappingInputs of)
    {
        var watched = room.Get<IRegistryEvents>().WatchAsync(TestScopes.Fake(new Dictionary<string, string>(), of.ProjectId), CancellationToken.None);
        return watched.GetAsyncEnumerator().MoveNextAsync().AsTask();
    }

    private async Task PushAsync(MappingInputs to)
    {
        var mapping = (await room.MappingAsync(to))!;
        using var http = RunningHarbor.Http(sandbox.Address("harbor"), mapping.UserName, room.Store.Open(to.ProjectId, "user", mapping.Password)!);
        var manifest = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""");
        using var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.oci.image.index.v1+json");
        using var pushed = await http.PutAsync($"/v2/{mapping.HarborProject}/web/front/manifests/v1", content);
        Assert.Equal(HttpStatusCode.Created, pushed.StatusCode);
    }

    private async Task<HttpStatusCode> PostAsync(string? token, byte[] body)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, Url + HarborOptions.HookPath) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
