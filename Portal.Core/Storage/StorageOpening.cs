using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Portal.Core.Storage;

/// <summary>Opens the storage before any other service starts (<see cref="IHostedLifecycleService.StartingAsync"/>) and closes it after all have stopped.</summary>
internal sealed class StorageOpening(IDocumentHome home, StorageOptions options, ISecretProtector protector, ILogger<StorageOpening> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // Asked for here so that a missing master key ends the start.
        _ = protector;
        await home.OpenAsync(cancellationToken).ConfigureAwait(false);
        StorageLog.Opened(logger, options.ToString());
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken) => await home.DisposeAsync().ConfigureAwait(false);
}
