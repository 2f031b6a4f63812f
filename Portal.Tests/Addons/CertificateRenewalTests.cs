using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Addons.Initialisation;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Tests.Clusters;
using Portal.Tests.Support;
using ClusterRoom = Portal.Tests.Kubernetes.ClusterRoom;

namespace Portal.Tests.Addons;

/// <summary>The portal's certificate in a cluster is renewed before it ends, and the old one stays until the new one works. The room's lives two days, one of which is over.</summary>
public sealed class CertificateRenewalTests : IAsyncLifetime, IClusterAuthority, IClusterConditionSource
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
    private readonly List<string> signedFor = [];
    private ClusterRoom room = null!;
    private Func<Task> beforeSigning = () => Task.CompletedTask;
    private bool isAllowed = true;
    private bool isSilent;

    /// <inheritdoc />
    public async Task InitializeAsync() => room = await ClusterRoom.StartAsync(http =>
        SmallServer.JsonAsync(http, 201, isAllowed ? """{"status":{"allowed":true}}""" : """{"status":{"allowed":false}}"""));

    /// <inheritdoc />
    public async Task DisposeAsync() => await room.DisposeAsync();

    [Fact]
    public async Task Certificate_WithAThirdOfItsLifeLeft_IsRenewedOnce()
    {
        clock.Advance(TimeSpan.FromHours(12));

        await LookAsync();
        await LookAsync();

        var now = await KeptAsync();
        Assert.Equal([$"p1 {ClusterRoom.Key.ClusterId} CN=container-platform-portal"], signedFor);
        Assert.NotEqual(room.Identity.CertificatePem, now.CertificatePem);
        Assert.NotEqual(room.Identity.PrivateKeyPem, now.PrivateKeyPem);
        using var pair = X509Certificate2.CreateFromPem(now.CertificatePem, now.PrivateKeyPem);
        Assert.Equal(2, room.Asked.Count(a => a.Contains("selfsubjectaccessreviews", StringComparison.Ordinal)));
        Assert.Equal(pair.NotAfter.ToUniversalTime(), (await DocumentAsync(ClusterRoom.Key)).Value.ExpiresAt);
    }

    [Fact]
    public async Task Certificate_ThatIsYoung_IsLeftAlone()
    {
        clock.Advance(TimeSpan.FromHours(6));

        await LookAsync();

        await AssertOldAsync(signatures: 0);
        Assert.Equal(1, (await DocumentAsync(ClusterRoom.Key)).Version);
    }

    [Fact]
    public async Task Certificate_ThatHasEnded_IsRenewedStill()
    {
        clock.Advance(TimeSpan.FromDays(3));

        await LookAsync();

        Assert.NotEqual(room.Identity, await KeptAsync());
    }

    [Fact]
    public async Task MagnumFails_TheOldOneIsKept_AndItIsTriedAgainLaterOnly()
    {
        clock.Advance(TimeSpan.FromHours(12));
        var works = beforeSigning;
        beforeSigning = () => throw new BackendException("magnum", "sign", BackendFailure.Unreachable, "down");

        await LookAsync();
        await LookAsync();
        await AssertOldAsync(signatures: 1);

        beforeSigning = works;
        clock.Advance(TimeSpan.FromHours(1));
        await LookAsync();
        Assert.Equal(2, signedFor.Count);
        Assert.NotEqual(room.Identity, await KeptAsync());
    }

    [Fact]
    public async Task NewCertificate_ThatTheClusterDoesNotTake_DoesNotReplaceTheOld()
    {
        clock.Advance(TimeSpan.FromHours(12));
        isAllowed = false;

        await LookAsync();

        await AssertOldAsync(signatures: 1);
    }

    [Fact]
    public async Task OtherProjectsCluster_ThatIsNotDue_IsUntouched_AndEachIsAskedForInItsOwnProject()
    {
        var other = new ClusterKey(TestScopes.Region, "p2", "99999999-2222-3333-4444-555555555555");
        using var key = RSA.Create(2048);
        using var issued = new CertificateRequest("CN=other", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9));
        var identity = room.Identity with { CertificatePem = issued.ExportCertificatePem(), PrivateKeyPem = key.ExportPkcs8PrivateKeyPem() };
        await room.Access.KeepAsync(other, identity, default);
        clock.Advance(TimeSpan.FromHours(12));

        await LookAsync();
        Assert.Equal(identity, await room.Access.FindAsync(other, default));
        Assert.Equal(1, (await DocumentAsync(other)).Version);

        clock.Advance(TimeSpan.FromDays(7));
        await LookAsync();
        Assert.Contains($"p2 {other.ClusterId} CN=container-platform-portal", signedFor);
        Assert.NotEqual(identity, await room.Access.FindAsync(other, default));
        Assert.All(signedFor, s => Assert.True(s.StartsWith("p1 " + ClusterRoom.Key.ClusterId, StringComparison.Ordinal) || s.StartsWith("p2 " + other.ClusterId, StringComparison.Ordinal), s));
    }

    [Fact]
    public async Task SilentCluster_WhoseAuthorityWasRotatedElsewhere_GetsACertificateOfTheNewOne()
    {
        var old = await KeepOfAnotherAuthorityAsync();
        await LookAsync();
        Assert.Equal(old, await KeptAsync());
        isSilent = true;

        await LookAsync();
        await LookAsync();

        var now = await KeptAsync();
        Assert.Single(signedFor);
        Assert.Equal(room.Identity.AuthorityPem, now.AuthorityPem);
        Assert.NotEqual(old.CertificatePem, now.CertificatePem);
    }

    [Fact]
    public async Task SilentCluster_OfTheSameAuthority_IsLeftAlone()
    {
        isSilent = true;

        await LookAsync();

        await AssertOldAsync(signatures: 0);
        Assert.Equal(1, (await DocumentAsync(ClusterRoom.Key)).Version);
    }

    [Fact]
    public async Task SilentCluster_ThatDoesNotServeTheNewAuthorityYet_IsTriedAgainLater()
    {
        var old = await KeepOfAnotherAuthorityAsync();
        (isSilent, isAllowed) = (true, false);
        await LookAsync();
        await LookAsync();
        Assert.Equal((1, old), (signedFor.Count, await KeptAsync()));

        isAllowed = true;
        clock.Advance(new KubernetesOptions().RenewalEvery);
        await LookAsync();
        Assert.Equal(room.Identity.AuthorityPem, (await KeptAsync()).AuthorityPem);
    }

    [Fact]
    public async Task TwoReplicas_AtTheSameTime_AskForOneCertificate()
    {
        clock.Advance(TimeSpan.FromHours(12));
        var nothing = beforeSigning;
        beforeSigning = () =>
        {
            beforeSigning = nothing;
            return LookAsync();
        };

        await LookAsync();

        Assert.Single(signedFor);
        Assert.NotEqual(room.Identity, await KeptAsync());
    }

    [Fact]
    public async Task Cluster_ForgottenMeanwhile_StaysForgotten()
    {
        clock.Advance(TimeSpan.FromHours(12));
        beforeSigning = () => room.Access.ForgetAsync(ClusterRoom.Key, default);

        await LookAsync();

        Assert.Single(signedFor);
        Assert.Null(await room.Access.FindAsync(ClusterRoom.Key, default));
    }

    ImmutableArray<ClusterCondition> IClusterConditionSource.Of(string clusterId) =>
        isSilent ? [new(StateKind.Unknown, Reason.Of(ClusterCondition.ApiSilent), Actor.Nobody, null)] : [];

    Task<ClusterEndpoint?> IClusterAuthority.FindAsync(Scope scope, string clusterId, CancellationToken cancellationToken) =>
        Task.FromResult<ClusterEndpoint?>(new(room.Identity.ApiAddress, room.Identity.AuthorityPem));

    async Task<string> IClusterAuthority.SignAsync(Scope scope, string clusterId, string requestPem, CancellationToken cancellationToken)
    {
        var request = CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256, signerSignaturePadding: RSASignaturePadding.Pkcs1);
        signedFor.Add($"{scope.ProjectId} {clusterId} {request.SubjectName.Name}");
        await beforeSigning();
        using var key = RSA.Create(2048);
        var issuer = new X500DistinguishedName("CN=authority");
        using var signed = request.Create(issuer, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), clock.GetUtcNow(), clock.GetUtcNow().AddDays(30), [1, 2, 3]);
        return signed.ExportCertificatePem();
    }

    // Each look is another replica's: only the store joins them.
    private async Task LookAsync()
    {
        using var renewal = new CertificateRenewal(
            room.Store, new CertificateRenewer(room.Access, this, room.Connector, new FakePlatform()), this, Options.Create(new KubernetesOptions()), clock, NullLogger<CertificateRenewal>.Instance);
        await renewal.LookAsync(default);
    }

    private async Task<ClusterIdentity> KeepOfAnotherAuthorityAsync()
    {
        using var key = RSA.Create(2048);
        using var other = new CertificateRequest("CN=before", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(9));
        var identity = room.Identity with { AuthorityPem = other.ExportCertificatePem() };
        await room.Access.KeepAsync(ClusterRoom.Key, identity, default);
        return identity;
    }

    private async Task<ClusterIdentity> KeptAsync() => (await room.Access.FindAsync(ClusterRoom.Key, default))!;

    private async Task<Stored<ClusterAccess>> DocumentAsync(ClusterKey key) => (await room.Store.FindAsync(ClusterAccess.Type, key.DocumentId, default))!;

    private async Task AssertOldAsync(int signatures)
    {
        Assert.Equal(signatures, signedFor.Count);
        Assert.Equal(room.Identity, await KeptAsync());
    }
}
