using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Tests.Support;

namespace Portal.Tests.Audit;

public sealed class AuditLogTests
{
    private static readonly Dictionary<string, string> NoEndpoints = [];
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly AuditLog log;

    public AuditLogTests() => log = new AuditLog(MemoryHome.NewStore(), Options.Create(new AuditOptions { Retention = TimeSpan.FromDays(30) }), time);

    [Fact]
    public async Task List_SeveralEntries_NewestFirstInPages()
    {
        var scope = TestScopes.Fake(NoEndpoints);
        await WriteAsync(scope, 5);

        var first = await log.ListAsync(scope, 2, null, CancellationToken.None);
        var second = await log.ListAsync(scope, 2, first[^1].At, CancellationToken.None);

        Assert.Equal(["cluster/5", "cluster/4"], first.Select(e => e.Subject));
        Assert.Equal(["cluster/3", "cluster/2"], second.Select(e => e.Subject));
    }

    [Fact]
    public async Task List_AnotherProject_SeesNothing()
    {
        await WriteAsync(TestScopes.Fake(NoEndpoints, "p1"), 3);

        Assert.Empty(await log.ListAsync(TestScopes.Fake(NoEndpoints, "p2"), 10, null, CancellationToken.None));
    }

    [Fact]
    public async Task List_WithoutRead_IsForbidden()
    {
        var scope = TestScopes.Fake(NoEndpoints, capabilities: []);

        await Assert.ThrowsAsync<ForbiddenException>(() => log.ListAsync(scope, 10, null, CancellationToken.None));
    }

    [Fact]
    public async Task Sweep_OldEntries_AreDeletedAndYoungOnesKept()
    {
        var scope = TestScopes.Fake(NoEndpoints);
        await WriteAsync(scope, 3);
        time.Advance(TimeSpan.FromDays(31));
        await WriteAsync(scope, 2);

        Assert.Equal(3, await log.SweepAsync(CancellationToken.None));

        Assert.Equal(2, (await log.ListAsync(scope, 10, null, CancellationToken.None)).Count);
    }

    private async Task WriteAsync(Scope scope, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await log.WriteAsync(scope, "cluster.create", $"cluster/{i}", "ok", CancellationToken.None, ["req-1"], new Dictionary<string, string> { ["name"] = "x" });
        }
    }
}
