using Portal.Core.Kubernetes;
using Portal.Core.Kubernetes.Watching;

namespace Portal.Tests.Kubernetes;

/// <summary>Somebody who looks.</summary>
internal sealed class NodeViewer : IAsyncDisposable
{
    private readonly CancellationTokenSource left = new();
    private readonly Task run;

    public NodeViewer(IAsyncEnumerable<Watched<ClusterNode>> source) => run = Task.Run(() => RunAsync(source));

    public Watched<ClusterNode>? Last { get; private set; }

    public bool WasSilent { get; private set; }

    public bool? IsReady(string node) => Last?.Items.FirstOrDefault(n => n.Name == node)?.IsReady;

    public async ValueTask DisposeAsync()
    {
        await left.CancelAsync();
        await run;
        left.Dispose();
    }

    private async Task RunAsync(IAsyncEnumerable<Watched<ClusterNode>> source)
    {
        try
        {
            await foreach (var now in source.WithCancellation(left.Token))
            {
                WasSilent |= now.Silence is not null;
                Last = now;
            }
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
            // Left.
        }
    }
}
