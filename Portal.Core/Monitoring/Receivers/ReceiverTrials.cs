using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Receivers;

/// <summary>Sends test alerts, and finds out what became of them from Alertmanager's counters and log.</summary>
internal sealed partial class ReceiverTrials(AlertmanagerControl control, ReceiverBook book, TimeProvider time)
{
    private const int Looks = 30;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Tests a receiver. The alert is over with the test, so that one that failed is not tried for longer.</summary>
    public async Task<ReceiverTrial> RunAsync(ClusterKey cluster, KeptReceiver receiver, string person, CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        var labels = new Dictionary<string, string> { ["alertname"] = "PortalTest", ["severity"] = "info", [ReceiverConfig.TestLabel] = receiver.Name, ["portal_test_id"] = id };
        var summary = $"A test of the receiver {receiver.Name}, sent from the portal by {person}. Nothing is wrong.";
        var before = await CountAsync(cluster, receiver, cancellationToken).ConfigureAwait(false);
        await control.PostAsync(cluster, labels, summary, isOver: false, cancellationToken).ConfigureAwait(false);
        try
        {
            return await FollowAsync(cluster, receiver, before, id, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await EndAsync(cluster, labels, summary).ConfigureAwait(false);
        }
    }

    private async Task<ReceiverTrial> FollowAsync(ClusterKey cluster, KeptReceiver receiver, SendCounts before, string id, CancellationToken cancellationToken)
    {
        for (var look = 0; look < Looks; look++)
        {
            var now = await CountAsync(cluster, receiver, cancellationToken).ConfigureAwait(false);
            if (now.Failed > before.Failed)
            {
                var (reason, status) = Reason(await book.LogAsync(cluster, cancellationToken).ConfigureAwait(false), ReceiverConfig.NameOf(receiver.Name));
                return new(TrialOutcome.Failed, reason, status, now.IsOwn);
            }

            if (now.Requests > before.Requests)
            {
                return new(TrialOutcome.Delivered, IsCertain: now.IsOwn);
            }

            if (look == 2 && await control.IsSilencedAsync(cluster, "portal_test_id", id, cancellationToken).ConfigureAwait(false))
            {
                return new(TrialOutcome.Silenced);
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }

        return new(TrialOutcome.NotTried);
    }

    private Task<SendCounts> CountAsync(ClusterKey cluster, KeptReceiver receiver, CancellationToken cancellationToken) =>
        control.CountsAsync(cluster, receiver.Kind.ToString().ToLowerInvariant(), ReceiverConfig.NameOf(receiver.Name), cancellationToken);

    private async Task EndAsync(ClusterKey cluster, Dictionary<string, string> labels, string summary)
    {
        try
        {
            await control.PostAsync(cluster, labels, summary, isOver: true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BackendException)
        {
            // It is over by itself after five minutes.
        }
    }

    /// <summary>Gives the kind of the last failure that the log tells of a receiver. Its words are not shown: they may have an address in them.</summary>
    internal static (string Reason, int? Status) Reason(IReadOnlyList<string> log, string receiver)
    {
        var line = log.LastOrDefault(l => Named(l, receiver) && l.Contains("err=", StringComparison.Ordinal)) ?? "";
        if (StatusCode().Match(line) is { Success: true } status)
        {
            var code = int.Parse(status.Groups[1].Value, CultureInfo.InvariantCulture);
            return (code is 401 or 403 ? "login" : "status", code);
        }

        return (Reasons().Match(line) switch
        {
            { Success: false } => "unknown",
            var found => found.Groups.Cast<Group>().Skip(1).First(g => g.Success).Name,
        }, null);
    }

    private static bool Named(string line, string receiver)
    {
        var at = line.IndexOf(receiver, StringComparison.Ordinal);
        return at >= 0 && (at + receiver.Length == line.Length || !(char.IsAsciiLetterOrDigit(line[at + receiver.Length]) || line[at + receiver.Length] == '-'));
    }

    [GeneratedRegex(@"status code:? (\d{3})\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StatusCode();

    [GeneratedRegex(@"(?<dns>no such host|server misbehaving|name resolution)|(?<tls>x509|tls:|certificate|STARTTLS)|(?<refused>connection refused|no route to host|unreachable|connection reset)|(?<login>\b53[045]\b|auth)|(?<timeout>i/o timeout|deadline exceeded|timed? ?out)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Reasons();
}
