using System.Collections.Immutable;
using System.Security.Cryptography;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Alerts;

namespace Portal.Core.Monitoring.Receivers;

/// <inheritdoc />
internal sealed class ProjectReceivers(ReceiverBook book, ReceiverLoader loader, ReceiverTrials trials, IReceiverUpkeep upkeep, AlertBooks books, IAuditLog audit, TimeProvider time) : IAlertReceivers
{
    private const int Most = 30;
    private readonly ClusterLists<ClusterReceivers> lists = new(books, time);

    public Task<ImmutableArray<ClusterReceivers>> ListAsync(Scope scope, CancellationToken cancellationToken) => lists.NowAsync(scope, (look, ended) => ListAsync(look.Cluster, ended), cancellationToken);

    public Task<ImmutableArray<ClusterReceivers>> ListLatelyAsync(Scope scope, CancellationToken cancellationToken) => lists.LatelyAsync(scope, (look, ended) => ListAsync(look.Cluster, ended), cancellationToken);

    public Task SaveAsync(Scope scope, string clusterId, ReceiverDraft draft, CancellationToken cancellationToken)
    {
        var tidy = draft with { To = string.Join(", ", draft.To.Split(',', StringSplitOptions.TrimEntries)) };
        return ChangeAsync(scope, "receiver.save", clusterId, Facts(tidy), async cluster =>
        {
            var shelf = await ShelfAsync(cluster, cancellationToken).ConfigureAwait(false);
            var others = shelf.State.Receivers.Where(r => r.Name != tidy.Name).ToImmutableArray();
            var before = shelf.State.Receivers.FirstOrDefault(r => r.Name == tidy.Name);
            var errors = ReceiverCheck.Errors(tidy, before, others, shelf.UrlOf);
            if (others.Length >= Most)
            {
                errors = errors.Add(FieldError.Of("name", "receiver-too-many"));
            }

            if (!shelf.CanTake)
            {
                errors = errors.Add(FieldError.Of("cluster", "receiver-not-mounted"));
            }

            if (errors.Length > 0)
            {
                throw new ClusterInvalidException(errors);
            }

            var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
            var kept = Kept(tidy, before, secrets);
            await WriteAsync(cluster, shelf, [.. others.Add(kept).OrderBy(r => r.Name, StringComparer.Ordinal)], secrets, cancellationToken).ConfigureAwait(false);
            return true;
        });
    }

    public Task RemoveAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken) => !ReceiverCheck.IsName(name)
        ? throw new ClusterInvalidException([FieldError.Of("name", "receiver-bad-name")])
        : ChangeAsync(scope, "receiver.remove", clusterId, new() { ["name"] = name }, async cluster =>
        {
            var shelf = await ShelfAsync(cluster, cancellationToken).ConfigureAwait(false);
            await WriteAsync(cluster, shelf, [.. shelf.State.Receivers.Where(r => r.Name != name)], new Dictionary<string, string>(), cancellationToken).ConfigureAwait(false);
            return true;
        });

    public Task<ReceiverLoading> LoadAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        return loader.LoadAsync(Key(scope, clusterId), cancellationToken);
    }

    public Task<ReceiverTrial> TestAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken) => !ReceiverCheck.IsName(name)
        ? throw new ClusterInvalidException([FieldError.Of("name", "receiver-bad-name")])
        : ChangeAsync(scope, "receiver.test", clusterId, new() { ["name"] = name }, async cluster =>
        {
            var shelf = await ShelfAsync(cluster, cancellationToken).ConfigureAwait(false);
            var receiver = shelf.State.Receivers.FirstOrDefault(r => r.Name == name)
                ?? throw new BackendException(AlertmanagerControl.Backend, "test a receiver", BackendFailure.NotFound, "the cluster has no receiver of this name");
            return await trials.RunAsync(cluster, receiver, scope.UserName, cancellationToken).ConfigureAwait(false);
        });

    private static ClusterKey Key(Scope scope, string clusterId) => new(scope.Region, scope.ProjectId, clusterId);

    // Neither address nor secret: an address of a webhook is one, too.
    private static Dictionary<string, string> Facts(ReceiverDraft draft) => new(StringComparer.Ordinal)
    {
        ["name"] = Cut(draft.Name),
        ["kind"] = draft.Kind.ToString().ToLowerInvariant(),
        ["target"] = Cut(draft.Kind is ReceiverKind.Email ? draft.To : HostOf(draft.Url)),
        ["severities"] = draft.Severities.IsDefault ? "" : Cut(string.Join(", ", draft.Severities)),
    };

    private static string Cut(string text) => text[..Math.Min(text.Length, 300)];

    private static string HostOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Host.Length > 0 ? $"{parsed.Scheme}://{parsed.Authority[(parsed.Authority.IndexOf('@', StringComparison.Ordinal) + 1)..]}" : "";

    private static KeptReceiver Kept(ReceiverDraft draft, KeptReceiver? before, Dictionary<string, string> secrets)
    {
        string? Put(string text, string? known)
        {
            if (text.Length == 0)
            {
                return known;
            }

            // A name that says nothing of what is in it; another secret is another file, so that it is another configuration.
            var file = "secret-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
            secrets[file] = text;
            return file;
        }

        var same = before?.Kind == draft.Kind ? before : null;
        var (isMail, isSlack) = (draft.Kind is ReceiverKind.Email, draft.Kind is ReceiverKind.Slack);
        return new KeptReceiver
        {
            Name = draft.Name,
            Kind = draft.Kind,
            Severities = draft.Severities,
            SendResolved = draft.SendResolved,
            To = isMail ? draft.To : "",
            From = isMail ? draft.From : "",
            Smarthost = isMail ? draft.Smarthost : "",
            User = isMail ? draft.User : "",
            RequireTls = draft.RequireTls,
            Channel = isSlack ? draft.Channel : "",
            Host = isMail ? "" : draft.Url.Length > 0 ? HostOf(draft.Url) : same?.Host ?? "",
            UrlFile = isMail ? null : Put(draft.Url, same?.UrlFile),
            SecretFile = isSlack || (isMail && draft.User.Length == 0) ? null : Put(draft.Secret, draft.WithoutSecret ? null : same?.SecretFile),
        };
    }

    private async Task<ReceiverShelf> ShelfAsync(ClusterKey cluster, CancellationToken cancellationToken) => (await book.FindAsync(cluster, onlyWritten: false, cancellationToken).ConfigureAwait(false))!;

    private async Task WriteAsync(ClusterKey cluster, ReceiverShelf shelf, ImmutableArray<KeptReceiver> receivers, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        await book.WriteAsync(cluster, shelf, receivers, shelf.State.Former ?? shelf.State.Receivers, secrets, cancellationToken).ConfigureAwait(false);

        // Also where the page is closed before Alertmanager has it.
        upkeep.Attend(cluster);
    }

    private async Task<ClusterReceivers> ListAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        try
        {
            var shelf = await ShelfAsync(cluster, cancellationToken).ConfigureAwait(false);
            return new(cluster.ClusterId, shelf.Addon is not null, shelf.CanTake, [.. shelf.State.Receivers.Select(r => r.Open())]);
        }
        catch (BackendException e)
        {
            return new(cluster.ClusterId, true, false, [], e);
        }
    }

    private async Task<T> ChangeAsync<T>(Scope scope, string action, string clusterId, Dictionary<string, string> facts, Func<ClusterKey, Task<T>> act)
    {
        var result = "unknown";
        try
        {
            scope.Demand(Capability.Write);
            var done = await act(Key(scope, clusterId)).ConfigureAwait(false);
            lists.Forget(scope);
            if (done is ReceiverTrial trial)
            {
                facts["outcome"] = trial.Reason is { } why ? $"{trial.Outcome} {why}" : trial.Outcome.ToString();
            }

            result = "ok";
            return done;
        }
        catch (Exception e) when (e is ForbiddenException or ClusterInvalidException or BackendException)
        {
            result = e switch { ForbiddenException => "forbidden", BackendException backend => backend.Failure.ToString(), _ => nameof(BackendFailure.Invalid) };
            throw;
        }
        finally
        {
            await audit.WriteAsync(scope, action, "cluster/" + clusterId, result, CancellationToken.None, details: facts).ConfigureAwait(false);
        }
    }
}
