using System.Collections.Immutable;
using System.Threading.Channels;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Provisioning;
using Portal.Core.Registry;
using Portal.Core.Registry.Hooks;

namespace Portal.Tests.Support.Fakes;

/// <summary>Images, credentials and the project's place in memory.</summary>
internal sealed class FakeImages : IImageService, IRegistryCredentials, IMappingService, IImageUse, IImagePushes, IImageCopies, IRegistryEvents
{
    public const string Secret = "Canary-Secret-4711";

    /// <summary>Gets or sets a project that has no place.</summary>
    public string? Placeless { get; set; }

    public MappedProject? Place { get; set; } = new()
    {
        ProjectId = "p1",
        HarborProject = "team-shop",
        RegistryHost = "registry.example",
        UserName = "team-shop",
        AuthMode = "db_auth",
        ReadyAt = DateTimeOffset.UnixEpoch,
    };

    public List<Repository> Repositories { get; } =
    [
        new(new("team-shop", "checkout"), "", 2, 12, DateTimeOffset.UtcNow.AddDays(-2)), new(new("team-shop", "web/frontend"), "", 1, 0, DateTimeOffset.UtcNow.AddHours(-9)),
    ];

    public List<Artifact> Artifacts { get; } = [Critical(), Unscanned()];

    public List<PersonalCredential> Made { get; } = [];

    public List<ImageQuery> Asked { get; } = [];

    public List<string> Changes { get; } = [];

    public Exception? Failure { get; set; }

    public Plan? Plan { get; set; }

    public ImageUsage Usage { get; set; } = new([], 2);

    public WantedImage? Wanted { get; private set; }

    public string? Listed { get; private set; }

    public ImagePush? Push { get; set; }

    public SoftwareBill? Bill { get; set; }

    public Task<SoftwareBill?> FindBillAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken) => Answer(Bill);

    public Task<ImagePush?> FindAsync(Scope scope, RepositoryName name, Artifact artifact, CancellationToken cancellationToken) => Task.FromResult(Push);

    public Task<ImageUsage> ListAsync(Scope scope, string text, CancellationToken cancellationToken)
    {
        Listed = text;
        return Answer(Usage);
    }

    public async Task<RepositoryName> CopyAsync(Scope scope, RepositoryName image, string digest, Scope target, string name, CancellationToken cancellationToken)
    {
        await Change($"copy {image.Full} to {target.ProjectId} as {name}");
        return new RepositoryName("team-data", name);
    }

    public Task<ImageUsage> FindAsync(Scope scope, WantedImage image, CancellationToken cancellationToken)
    {
        Wanted = image;
        return Task.FromResult(Usage);
    }

    public static Artifact Critical() => new()
    {
        Digest = "sha256:" + new string('a', 64),
        Type = "IMAGE",
        Size = 21303,
        Platform = "linux/amd64",
        PushedAt = DateTimeOffset.UtcNow.AddDays(-2),
        Tags = [new("1.4.2", false, DateTimeOffset.UtcNow), new("latest", true, DateTimeOffset.UtcNow)],
        Labels = ["release"],
        Scan = new(ScanState.Done, ImmutableDictionary<Severity, int>.Empty.Add(Severity.Critical, 1).Add(Severity.Low, 1), 1, DateTimeOffset.UtcNow, "LabScan 1.0.0"),
    };

    public static Artifact Unscanned() => new()
    {
        Digest = "sha256:" + new string('b', 64),
        Type = "IMAGE",
        IsIndex = true,
        Size = 3 << 20,
        PushedAt = DateTimeOffset.UtcNow.AddDays(-9),
        Parts = [new("sha256:" + new string('c', 64), "linux/arm64", false), new("sha256:" + new string('d', 64), null, true)],
    };

    public Task<ImagePage<PublicProject>> ListPublicProjectsAsync(Scope scope, ImageQuery query, CancellationToken cancellationToken) =>
        Answer(new ImagePage<PublicProject>([new("base-images", 3)], 1));

    public Task<ImagePage<Repository>> ListRepositoriesAsync(Scope scope, string harborProject, ImageQuery query, CancellationToken cancellationToken)
    {
        Asked.Add(query);
        var found = Repositories.Where(r => r.Name.Full.Contains(query.Text, StringComparison.Ordinal)).ToList();
        return Answer(new ImagePage<Repository>([.. found], found.Count > 1 ? 4711 : found.Count));
    }

    public Task<Repository?> FindRepositoryAsync(Scope scope, RepositoryName name, CancellationToken cancellationToken) => Answer(Repositories.Find(r => r.Name == name));

    public Task<ImagePage<Artifact>> ListArtifactsAsync(Scope scope, RepositoryName name, ImageQuery query, CancellationToken cancellationToken) =>
        Answer(new ImagePage<Artifact>([.. Artifacts], Artifacts.Count));

    public Task<Artifact?> FindArtifactAsync(Scope scope, RepositoryName name, string reference, CancellationToken cancellationToken) => Answer(Artifacts.Find(a => a.Digest == reference));

    public Task<VulnerabilityReport?> FindVulnerabilitiesAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken) => Answer(
        Artifacts.Find(a => a.Digest == digest)?.Scan is null
            ? null
            : new VulnerabilityReport(
                DateTimeOffset.UtcNow, "LabScan 1.0.0",
                [new("CVE-2024-0001", "openssl", "1.1.1k", "1.1.1w", Severity.Critical, "Example", "https://vuln.example/1", 9.8), new("CVE-2024-0003", "bash", "5.1", null, Severity.Low, "", null, null)]));

    public Task<IReadOnlyList<BuildStep>> ListHistoryAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<BuildStep>>([new(DateTimeOffset.UtcNow, "COPY app /app", false)]);

    public Task ScanAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken) => Change($"scan {digest}");

    public Task DeleteTagAsync(Scope scope, RepositoryName name, string digest, string tag, CancellationToken cancellationToken) => Change($"delete tag {tag}");

    public Task DeleteArtifactAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken) => Change($"delete {digest}");

    public Task DeleteRepositoryAsync(Scope scope, RepositoryName name, string typedName, CancellationToken cancellationToken) => Change($"delete repository {name.Full}");

    public Task<IReadOnlyList<PersonalCredential>> ListAsync(Scope scope, CancellationToken cancellationToken) => Answer<IReadOnlyList<PersonalCredential>>([.. Made]);

    public async Task<MadeCredential> CreateAsync(Scope scope, bool mayPush, int days, CancellationToken cancellationToken)
    {
        await Change($"credential {mayPush} {days}");
        Made.Add(new PersonalCredential(7 + Made.Count, "robot$team-shop+person-x", scope.UserName, mayPush, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(days)));
        return new MadeCredential("registry.example", "robot$team-shop+person-x", Secret, DateTimeOffset.UtcNow.AddDays(days));
    }

    public Task RevokeAsync(Scope scope, long id, CancellationToken cancellationToken)
    {
        Made.RemoveAll(m => m.Id == id);
        return Change($"revoke {id}");
    }

    public Task<MappedProject?> FindAsync(Scope scope, CancellationToken cancellationToken) => Task.FromResult(scope.ProjectId == Placeless ? null : Place);

    public Task<MappingStatus> EnsureAsync(Scope scope, CancellationToken cancellationToken)
    {
        Changes.Add("ensure");
        return Task.FromResult(new MappingStatus(Place, Plan));
    }

    public Task<MappingStatus> RepairAsync(Scope scope, CancellationToken cancellationToken)
    {
        Changes.Add("repair");
        return Task.FromResult(new MappingStatus(Place, Plan));
    }

    public Task<RegistryCredential?> GetPullCredentialAsync(Scope scope, string purpose, CancellationToken cancellationToken) => Task.FromResult<RegistryCredential?>(null);

    public Task<string?> GetPullSecretAsync(Scope scope, string purpose, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>Gets what tells pages that images changed.</summary>
    public Channel<string> Told { get; } = Channel.CreateUnbounded<string>();

    public Task<HookReceipt> ReceiveAsync(string token, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => Task.FromResult(HookReceipt.Unknown);

    public IAsyncEnumerable<string> WatchAsync(Scope scope, CancellationToken cancellationToken) => Told.Reader.ReadAllAsync(cancellationToken);

    private Task<T> Answer<T>(T value) => Failure is null ? Task.FromResult(value) : Task.FromException<T>(Failure);

    private Task Change(string what)
    {
        if (Failure is not null)
        {
            return Task.FromException(Failure);
        }

        Changes.Add(what);
        return Task.CompletedTask;
    }
}
