using Portal.Logs;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Logs;

public sealed class LogsRunTests
{
    private readonly FakeLogs _logs = new();

    [Fact]
    public async Task Search_OnItsWayWhenThePageIsLeft_EndsQuietly_AndSoDoesOneAfterIt()
    {
        _logs.Hold = new();
        var run = new LogsRun(new LogsModel(new FakeClusters(), _logs, new FakeScopes().Scope, TimeProvider.System), () => Task.CompletedTask);
        var searching = run.SearchAsync();

        await run.DisposeAsync();
        _logs.Hold.SetResult();
        await searching;

        Assert.True(run.Left.IsCancellationRequested);
        await run.SearchAsync();
        await run.MoreAsync();
        await run.ToggleTailAsync();
    }
}
