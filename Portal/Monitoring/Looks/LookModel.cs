using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Looks;
using Portal.Monitoring.Alerts;
using Portal.Shared;

namespace Portal.Monitoring.Looks;

/// <summary>What was in the range of a chart: logs, events, deliveries, alerts. Each is asked for by itself, and fails by itself.</summary>
public sealed class LookModel(LookSources sources, IProjectAlerts alerts, TimeProvider time)
{
    // A range that ends now is asked for again with the charts, but not more often than this.
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(10);
    private string? _address;
    private long _asked;

    /// <summary>Gets what is looked into, or null before the first look.</summary>
    public LookQuestion? Question { get; private set; }

    /// <summary>Gets the lines of logs.</summary>
    public Loadable<LookLogs> Logs { get; private set; } = new();

    /// <summary>Gets Kubernetes' events.</summary>
    public Loadable<LookPart<LookEvent>> Events { get; private set; } = new();

    /// <summary>Gets what was delivered.</summary>
    public Loadable<LookPart<LookDelivery>> Deliveries { get; private set; } = new();

    /// <summary>Gets the alerts that fired, the worst first.</summary>
    public Loadable<IReadOnlyList<AlertItem>> Alerts { get; private set; } = new();

    /// <summary>Looks; what was found in another range goes at once.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="question">What is looked into.</param>
    /// <param name="address">What the page's address says of it: another one is another question.</param>
    /// <param name="changed">Told after each answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task ShowAsync(Scope scope, LookQuestion question, string address, Func<Task> changed, CancellationToken cancellationToken)
    {
        if (address == _address && time.GetElapsedTime(_asked) < Calm)
        {
            return;
        }

        if (address != _address)
        {
            (Logs, Events, Deliveries, Alerts) = (new(), new(), new(), new());
        }

        (_address, _asked, Question) = (address, time.GetTimestamp(), question);
        await Task.WhenAll(LogsAsync(scope, changed, cancellationToken), EventsAsync(scope, changed, cancellationToken), DeliveriesAsync(scope, changed, cancellationToken), AlertsAsync(scope, changed, cancellationToken));
    }

    /// <summary>Asks for the logs, again.</summary>
    public async Task LogsAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        await Logs.LoadAsync(async () => await sources.Logs.ListAsync(scope, Question!, cancellationToken));
        await changed();
    }

    /// <summary>Asks for the events, again.</summary>
    public async Task EventsAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        await Events.LoadAsync(async () => await sources.Events.ListAsync(scope, Question!, cancellationToken));
        await changed();
    }

    /// <summary>Asks for the deliveries, again.</summary>
    public async Task DeliveriesAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        await Deliveries.LoadAsync(async () => await sources.Deliveries.ListAsync(scope, Question!, cancellationToken));
        await changed();
    }

    /// <summary>Asks for the alerts, again.</summary>
    public async Task AlertsAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        await Alerts.LoadAsync(async () => await FiredAsync(scope, Question!, cancellationToken));
        await changed();
    }

    private async Task<IReadOnlyList<AlertItem>> FiredAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken)
    {
        var names = question.Clusters.ToDictionary(c => c.Key.ClusterId, c => c.Name, StringComparer.Ordinal);
        return (await alerts.ListAsync(scope, cancellationToken)).Where(b => names.ContainsKey(b.ClusterId))
            .SelectMany(b => b.Alerts.Select(a => new AlertItem(b.ClusterId, names[b.ClusterId], a)))
            .Where(i => i.Alert.StartsAt <= question.To && (i.Alert.EndedAt ?? DateTimeOffset.MaxValue) >= question.From && LookPlace.Has(question.Selection, i.Alert.Labels))
            .OrderBy(i => i.Severity).ThenByDescending(i => i.Alert.StartsAt).ToImmutableArray();
    }
}
