using Microsoft.Extensions.Time.Testing;
using Portal.Apps;
using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Portal.Core.Identity;
using Portal.Core.Identity.Sessions;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Apps;

/// <summary>An answer under way ends when its right does, and not because Keystone is away.</summary>
public sealed class AppGuardTests : ISessions, ISessionScopes
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly AppVisit Visit = new() { SessionId = "s", UserId = "u1", ProjectId = "p1", ClusterId = "c1", App = ClusterApp.Jenkins, Label = "l", Portal = "p" };
    private readonly FakeTimeProvider time = new();
    private readonly FakeScopes scopes = new();
    private Exception? trouble;
    private int asked;

    [Fact]
    public async Task Answer_WhoseRoleIsTakenAway_EndsWithinHalfAMinute()
    {
        var (running, _) = await RunningAsync();
        scopes.Capabilities = [Capability.Read];

        await Eventually.TrueAsync(() => running.IsCompleted, "it is cancelled", () => time.Advance(TimeSpan.FromSeconds(30)));

        await running;
    }

    [Fact]
    public async Task Answer_OfSomebodyWhoLeftTheProject_Ends()
    {
        var (running, _) = await RunningAsync();
        trouble = new BackendException("keystone", "enter a project", BackendFailure.Forbidden);

        await Eventually.TrueAsync(() => running.IsCompleted, "it is cancelled", () => time.Advance(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Answer_WhileKeystoneIsAway_GoesOn()
    {
        var (running, end) = await RunningAsync();
        trouble = new BackendException("keystone", "look a token up", BackendFailure.Timeout);
        var before = asked;

        await Eventually.TrueAsync(() => asked >= before + 2, "Keystone is asked again", () => time.Advance(TimeSpan.FromSeconds(30)));

        Assert.False(running.IsCompleted);
        end.SetResult();
        await running;
    }

    public Task<DateTimeOffset?> TouchAsync(string id, CancellationToken cancellationToken) => Task.FromResult<DateTimeOffset?>(DateTimeOffset.MaxValue);

    public Task<Scope> EnterAsync(string sessionId, string projectId, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref asked);
        return trouble is null ? scopes.EnterAsync(sessionId, projectId, cancellationToken) : throw trouble;
    }

    public Task<IReadOnlyList<Project>> ListProjectsAsync(string sessionId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SignedIn> BeginAsync(ProviderTokens tokens, string? providerSession, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> PutTicketAsync(string id, byte[] ticket, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<byte[]?> FindTicketAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> FindIdTokenAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task ISessions.EndAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task ISessions.EndByProviderSessionAsync(string providerSession, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task ISessions.EndOverAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task<(Task Running, TaskCompletionSource End)> RunningAsync()
    {
        var guard = new AppGuard(this, this, new InProcessChangeBus(), time);
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var scope = (await guard.EnterAsync(Visit, None))!;
        var running = guard.WhileAsync(Visit, scope, stop =>
        {
            begun.SetResult();
            stop.Register(() => end.TrySetResult());
            return end.Task;
        }, None);
        await begun.Task;
        return (running, end);
    }
}
