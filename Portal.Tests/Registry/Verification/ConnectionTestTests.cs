using Microsoft.Extensions.Options;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;
using Portal.Core.Registry.Verification;
using Portal.Tests.Support;

namespace Portal.Tests.Registry.Verification;

/// <summary>Who may test the configured connection, and what is kept of it.</summary>
public sealed class ConnectionTestTests : IDisposable
{
    private readonly FakeVerification verification = new();
    private readonly List<string> audited = [];
    private readonly HarborOptions options = new() { Url = "https://harbor.example.test", Password = "Canary-Passw0rd-1" };
    private readonly ConnectionTest test;

    public ConnectionTestTests() => test = new ConnectionTest(verification, new HarborInUse(Options.Create(options), []), Options.Create(options), new Log(audited));

    public void Dispose() => test.Dispose();

    [Theory]
    [InlineData("p1")]
    [InlineData("another-project")]
    public async Task Member_OfAnyProject_IsRefused_Audited_AndHarborIsNotAsked(string project)
    {
        await Assert.ThrowsAsync<ForbiddenException>(() => test.RunAsync(Scope(project, Capability.Read, Capability.Write), readOnly: true, _ => { }, CancellationToken.None));

        Assert.Equal(["harbor.verify forbidden"], audited);
        Assert.Empty(verification.Asked);
    }

    [Fact]
    public async Task Administrator_TestsTheConfiguredHarbor_Audited_OneAtATime()
    {
        var scope = Scope("p1", Capability.Read, Capability.Administer);
        var first = test.RunAsync(scope, readOnly: false, _ => { }, CancellationToken.None);
        var second = await Assert.ThrowsAsync<BackendException>(() => test.RunAsync(scope, readOnly: false, _ => { }, CancellationToken.None));
        verification.End.SetResult();
        await first;
        await test.RunAsync(scope, readOnly: true, _ => { }, CancellationToken.None);

        Assert.Equal(BackendFailure.Conflict, second.Failure);
        Assert.Equal([("https://harbor.example.test", false), ("https://harbor.example.test", true)], verification.Asked.Select(a => (a.Url, a.IsReadOnly)));
        Assert.Equal(["harbor.verify ok", "harbor.verify ok"], audited);
        Assert.DoesNotContain("Canary", string.Join('\n', verification.Asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoHarbor_OrNoPasswordFile_IsAFailureInWords()
    {
        var scope = Scope("p1", Capability.Administer);
        options.PasswordFile = "/no/such/file";
        var file = await Assert.ThrowsAsync<BackendException>(() => test.RunAsync(scope, readOnly: true, _ => { }, CancellationToken.None));
        options.Url = "";
        var none = await Assert.ThrowsAsync<BackendException>(() => test.RunAsync(scope, readOnly: true, _ => { }, CancellationToken.None));

        Assert.Contains("PasswordFile", file.Answer, StringComparison.Ordinal);
        Assert.Contains("no Harbor is configured", none.Answer, StringComparison.Ordinal);
    }

    private static Scope Scope(string project, params Capability[] capabilities) => TestScopes.Fake(new Dictionary<string, string>(), project, capabilities);

    private sealed class FakeVerification : IHarborVerification
    {
        public TaskCompletionSource End { get; } = new();

        public List<HarborTarget> Asked { get; } = [];

        public async Task<VerificationReport> RunAsync(HarborTarget target, Action<CheckResult> told, CancellationToken cancellationToken)
        {
            Asked.Add(target);
            await End.Task;
            return new VerificationReport(target.Url, DateTimeOffset.UtcNow, []);
        }
    }

    private sealed class Log(List<string> entries) : IAuditLog
    {
        public Task WriteAsync(Scope scope, string action, string subject, string result, CancellationToken cancellationToken, IEnumerable<string>? requestIds = null, IReadOnlyDictionary<string, string>? details = null)
        {
            entries.Add($"{action} {result}");
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<AuditEntry>> ListAsync(Scope scope, int limit, DateTimeOffset? before, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<AuditEntry>>([]);
    }
}
