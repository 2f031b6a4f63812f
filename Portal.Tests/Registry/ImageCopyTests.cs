using System.Security.Cryptography;
using System.Text;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Tests.Mapping;
using Portal.Tests.Support;

namespace Portal.Tests.Registry;

/// <summary>Copying between two projects of a person, and who pushed what, over the sandbox's Harbor.</summary>
public sealed class ImageCopyTests : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly string harbor;
    private readonly MappingRoom room;
    private readonly MappingInputs from = MappingRoom.NewProject();
    private readonly MappingInputs to = MappingRoom.NewProject();
    private RepositoryName frontend = new("", "web/frontend");
    private string target = "";
    private Artifact image = null!;

    public ImageCopyTests(SandboxFixture sandbox)
    {
        harbor = sandbox.Address("harbor");
        room = new MappingRoom(harbor);
    }

    private IImageCopies Copies => room.Get<IImageCopies>();

    private IImageService Images => room.Get<IImageService>();

    public async Task InitializeAsync()
    {
        await room.RunAsync(from);
        await room.RunAsync(to);
        frontend = frontend with { Project = (await room.MappingAsync(from))!.HarborProject };
        target = (await room.MappingAsync(to))!.HarborProject;
        await Images.ListRepositoriesAsync(In(from), frontend.Project, new(), None);
        image = (await Images.FindArtifactAsync(In(from), frontend, "latest", None))!;
    }

    public Task DisposeAsync() => room.DisposeAsync().AsTask();

    [Fact]
    public async Task Copy_IsTheSameImageWithItsTagsAndParts_AndIsWrittenDownWhereItWent()
    {
        var copy = await Copies.CopyAsync(In(from, Capability.Read), frontend, image.Digest, In(to), "from-shop/frontend", None);

        Assert.Equal(new RepositoryName(target, "from-shop/frontend"), copy);
        var found = (await Images.FindArtifactAsync(In(to), copy, image.Digest, None))!;
        Assert.Equal(image.Tags.Select(t => t.Name), found.Tags.Select(t => t.Name));
        Assert.Equal<ArtifactPart>([.. image.Parts], [.. found.Parts]);
        var entry = Assert.Single(await room.Get<IAuditLog>().ListAsync(In(to), 50, null, None), e => e.Action == "image.copy");
        Assert.Equal(("ok", copy.Full, $"{frontend.Full}@{image.Digest}"), (entry.Result, entry.Details["name"], entry.Details["from"]));
    }

    [Fact]
    public async Task Copy_OfWhatIsThereAlready_IsTold()
    {
        await Copies.CopyAsync(In(from), frontend, image.Digest, In(to), "frontend", None);

        var again = await Assert.ThrowsAsync<BackendException>(() => Copies.CopyAsync(In(from), frontend, image.Digest, In(to), "frontend", None));

        Assert.Equal(BackendFailure.Conflict, again.Failure);
    }

    [Fact]
    public async Task Copy_OfAnImageThatTheProjectMayNotSee_IsRefused_ThoughThePortalsAccountSeesIt()
    {
        // The other way round: "to" wants what is in "from".
        var refused = await Assert.ThrowsAsync<BackendException>(() => Copies.CopyAsync(In(to), frontend, image.Digest, In(to), "stolen", None));

        Assert.Equal(BackendFailure.Forbidden, refused.Failure);
        Assert.Null(await Images.FindRepositoryAsync(In(to), new(target, "stolen"), None));
    }

    [Fact]
    public async Task Copy_ByAReaderThere_OrIntoAScopeOfSomebodyElse_IsRefused_AndWrittenDown()
    {
        await Assert.ThrowsAsync<ForbiddenException>(() => Copies.CopyAsync(In(from), frontend, image.Digest, In(to, Capability.Read), "frontend", None));
        await Assert.ThrowsAsync<ForbiddenException>(() => Copies.CopyAsync(In(from) with { UserId = "somebody-else" }, frontend, image.Digest, In(to), "frontend", None));

        Assert.Equal(["forbidden", "forbidden"], (await room.Get<IAuditLog>().ListAsync(In(to), 50, null, None)).Where(e => e.Action == "image.copy").Select(e => e.Result));
        Assert.Null(await Images.FindRepositoryAsync(In(to), new(target, "frontend"), None));
    }

    [Theory]
    [InlineData("Frontend")]
    [InlineData("../other-project/frontend")]
    [InlineData("a//b")]
    [InlineData("frontend\n")]
    [InlineData("")]
    public async Task Copy_UnderANameThatIsNone_IsRefusedBeforeHarborIsAsked(string name)
    {
        var refused = await Assert.ThrowsAsync<BackendException>(() => Copies.CopyAsync(In(from), frontend, image.Digest, In(to), name, None));

        Assert.Equal((BackendFailure.Invalid, (System.Net.HttpStatusCode?)null), (refused.Failure, refused.Status));
        Assert.DoesNotContain(await room.Get<IAuditLog>().ListAsync(In(to), 50, null, None), e => e.Subject == "repository/" + name);
    }

    [Fact]
    public async Task Push_IsTold_OfThePushThatMadeTheImage_AndNotOfALaterOneOfTheSameTag()
    {
        var user = (await room.MappingAsync(from))!.UserName;
        var pushes = room.Get<IImagePushes>();

        Assert.Equal((user, (string?)null, true), await pushes.FindAsync(In(from), frontend, image, None) is { } push ? (push.Login, push.Person, push.IsProject) : default);
        Assert.Null(await pushes.FindAsync(In(from), frontend, image with { PushedAt = image.PushedAt.AddHours(1) }, None));
        Assert.Null(await pushes.FindAsync(In(to), frontend, image, None));
    }

    [Fact]
    public async Task Push_WithAPersonalCredential_IsThePersons()
    {
        var made = await room.Get<IRegistryCredentials>().CreateAsync(In(from), mayPush: true, 1, None);
        var digest = await PushAsync(made, "tools/personal");
        var mine = new RepositoryName(frontend.Project, "tools/personal");

        var push = await room.Get<IImagePushes>().FindAsync(In(from), mine, (await Images.FindArtifactAsync(In(from), mine, digest, None))!, None);

        Assert.Equal((made.Name, In(from).UserName), (push!.Login, push.Person));
    }

    // An image with a configuration and nothing else.
    private async Task<string> PushAsync(MadeCredential credential, string name)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(harbor) };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Name}:{credential.Secret}")));
        var config = "{\"architecture\":\"amd64\",\"os\":\"linux\"}"u8.ToArray();
        using var started = (await http.PostAsync($"/v2/{frontend.Project}/{name}/blobs/uploads/", null)).EnsureSuccessStatusCode();
        var place = started.Headers.Location!.OriginalString;
        using var blob = (await http.PutAsync($"{place}{(place.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest={Digest(config)}", new ByteArrayContent(config))).EnsureSuccessStatusCode();
        const string type = "application/vnd.oci.image.manifest.v1+json";
        var manifest = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{type}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{Digest(config)}}","size":{{config.Length}}},"layers":[]}""");
        using var content = new ByteArrayContent(manifest) { Headers = { ContentType = new(type) } };
        using var put = (await http.PutAsync($"/v2/{frontend.Project}/{name}/manifests/1.0", content)).EnsureSuccessStatusCode();
        return Digest(manifest);
    }

    private static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static Scope In(MappingInputs project, params Capability[] capabilities) =>
        TestScopes.Fake(new Dictionary<string, string>(), project.ProjectId, capabilities.Length == 0 ? [Capability.Read, Capability.Write] : [.. capabilities]);
}
