using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Alerts;

namespace Portal.Tests.Support.Fakes;

/// <summary>Alerts that a test sets.</summary>
internal sealed class FakeAlerts : IProjectAlerts
{
    private readonly Channel<int> _changes = Channel.CreateUnbounded<int>();

    public ImmutableArray<ClusterAlertBook> Books { get; set; } = [];

    public Exception? Failure { get; set; }

    public static ClusterAlert Alert(string fingerprint, string name, string severity, TimeSpan since, TimeSpan? over = null, params (string Name, string Value)[] labels) => new()
    {
        Fingerprint = fingerprint,
        Labels = ImmutableDictionary<string, string>.Empty.Add("alertname", name).Add("severity", severity).AddRange(labels.Select(l => KeyValuePair.Create(l.Name, l.Value))),
        Annotations = ImmutableDictionary<string, string>.Empty.Add("summary", $"{name} is so."),
        StartsAt = DateTimeOffset.UtcNow - since,
        EndedAt = over is { } ago ? DateTimeOffset.UtcNow - ago : null,
    };

    public static AlertSource Heard(TimeSpan? ago = null) => new() { HasAlertmanager = true, AskedAt = DateTimeOffset.UtcNow - (ago ?? TimeSpan.FromSeconds(30)) };

    public void Change(params ClusterAlertBook[] books)
    {
        Books = [.. books];
        _changes.Writer.TryWrite(0);
    }

    public Task<ImmutableArray<ClusterAlertBook>> ListAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return Failure is null ? Task.FromResult(Books) : throw Failure;
    }

    public async IAsyncEnumerable<ImmutableArray<ClusterAlertBook>> WatchAsync(Scope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await ListAsync(scope, cancellationToken);
        await foreach (var _ in _changes.Reader.ReadAllAsync(cancellationToken))
        {
            yield return Books;
        }
    }
}
