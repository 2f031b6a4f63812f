using System.Collections.Immutable;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Alerts;

namespace Portal.Core.Monitoring.Silences;

/// <inheritdoc />
internal sealed class ProjectSilences(AlertmanagerApi api, AlertBooks books, AlertWatch watch, IAuditLog audit, TimeProvider time) : ISilences
{
    private readonly ClusterLists<ClusterSilences> lists = new(books, time);

    public Task<ImmutableArray<ClusterSilences>> ListAsync(Scope scope, CancellationToken cancellationToken) => lists.NowAsync(scope, (look, ended) => ListAsync(look, scope, ended), cancellationToken);

    public Task<ImmutableArray<ClusterSilences>> ListLatelyAsync(Scope scope, CancellationToken cancellationToken) => lists.LatelyAsync(scope, (look, ended) => ListAsync(look, scope, ended), cancellationToken);

    public Task<string> SaveAsync(Scope scope, string clusterId, SilenceDraft draft, CancellationToken cancellationToken) =>
        ChangeAsync(scope, draft.Id is null ? "silence.create" : "silence.change", clusterId, Facts(draft), async cluster =>
        {
            var now = time.GetUtcNow();
            Check(draft, now);
            try
            {
                return await api.PutAsync(cluster, scope, draft, draft.StartsAt ?? now, cancellationToken).ConfigureAwait(false);
            }
            catch (BackendException e) when (e.Failure is BackendFailure.Invalid && FieldOf(e.Answer) is { } wrong)
            {
                throw new ClusterInvalidException([wrong]);
            }
            catch (BackendException e) when (e.MayHeal)
            {
                // The answer may have been lost after it was done; a second one would be another silence.
                if (await FindAsync(cluster, scope, draft, cancellationToken).ConfigureAwait(false) is { } found)
                {
                    return found;
                }

                throw;
            }
        });

    public async Task ExpireAsync(Scope scope, string clusterId, string silenceId, CancellationToken cancellationToken) =>
        await ChangeAsync(scope, "silence.expire", clusterId, new() { ["silence"] = silenceId }, async cluster =>
        {
            try
            {
                await api.DeleteAsync(cluster, scope, silenceId, cancellationToken).ConfigureAwait(false);
            }
            catch (BackendException e) when (e.MayHeal)
            {
                var known = await api.ListAsync(cluster, scope, cancellationToken).ConfigureAwait(false);
                if (known?.FirstOrDefault(s => s.Id == silenceId)?.State is not SilenceState.Expired)
                {
                    throw;
                }
            }

            return silenceId;
        }).ConfigureAwait(false);

    private static void Check(SilenceDraft draft, DateTimeOffset now)
    {
        var errors = ImmutableArray.CreateBuilder<FieldError>();
        if (draft.Matchers.IsDefaultOrEmpty)
        {
            errors.Add(FieldError.Of("matchers", "silence-no-matchers"));
        }
        else if (draft.Matchers.FirstOrDefault(m => !m.IsNamed) is { } unnamed)
        {
            errors.Add(FieldError.Of("matchers", "silence-bad-name", ("name", unnamed.Name)));
        }
        else if (draft.Matchers.FirstOrDefault(m => !m.IsReadable) is { } unreadable)
        {
            errors.Add(FieldError.Of("matchers", "silence-bad-regex", ("name", unreadable.Name)));
        }
        else if (draft.Matchers.All(m => m.MatchesNothing))
        {
            errors.Add(FieldError.Of("matchers", "silence-matches-all"));
        }

        if (draft.EndsAt <= now)
        {
            errors.Add(FieldError.Of("endsAt", "silence-end-past"));
        }
        else if (draft.EndsAt <= draft.StartsAt)
        {
            errors.Add(FieldError.Of("endsAt", "silence-end-before-start"));
        }

        if (draft.Comment.Trim().Length == 0)
        {
            errors.Add(FieldError.Of("comment", "silence-no-comment"));
        }

        if (errors.Count > 0)
        {
            throw new ClusterInvalidException(errors.ToImmutable());
        }
    }

    /// <summary>Gives the field that Alertmanager's refusal is about, or null.</summary>
    private static FieldError? FieldOf(string? answer) => answer switch
    {
        null => null,
        _ when answer.Contains("end time can't be in the past", StringComparison.Ordinal) => FieldError.Of("endsAt", "silence-end-past"),
        _ when answer.Contains("start time must be before end time", StringComparison.Ordinal) => FieldError.Of("endsAt", "silence-end-before-start"),
        _ when answer.Contains("must not match the empty string", StringComparison.Ordinal) => FieldError.Of("matchers", "silence-matches-all"),
        _ when answer.Contains("matcher", StringComparison.Ordinal) => FieldError.Of("matchers", "silence-refused", ("answer", answer)),
        _ when answer.Contains("comment", StringComparison.Ordinal) => FieldError.Of("comment", "silence-refused", ("answer", answer)),
        _ when answer.Contains("endsAt", StringComparison.Ordinal) => FieldError.Of("endsAt", "silence-refused", ("answer", answer)),
        _ => null,
    };

    private static Dictionary<string, string> Facts(SilenceDraft draft) => new(StringComparer.Ordinal)
    {
        ["matchers"] = string.Join(", ", draft.Matchers.IsDefault ? [] : draft.Matchers.Take(20)),
        ["until"] = draft.EndsAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        ["comment"] = draft.Comment,
    };

    private async Task<ClusterSilences> ListAsync(AlertLook look, Scope scope, CancellationToken cancellationToken)
    {
        var cluster = look.Cluster;
        if (look.Source.HasAlertmanager is false)
        {
            return new(cluster.ClusterId, false, []);
        }

        try
        {
            var silences = await api.ListAsync(cluster, scope, cancellationToken).ConfigureAwait(false);
            return new(cluster.ClusterId, silences is not null, silences ?? []);
        }
        catch (BackendException e)
        {
            return new(cluster.ClusterId, true, [], e);
        }
    }

    private async Task<string?> FindAsync(ClusterKey cluster, Scope scope, SilenceDraft draft, CancellationToken cancellationToken)
    {
        try
        {
            var known = await api.ListAsync(cluster, scope, cancellationToken).ConfigureAwait(false) ?? [];
            return known.FirstOrDefault(s => s.State is not SilenceState.Expired && s.CreatedBy == scope.UserName && s.Comment == draft.Comment
                && (s.EndsAt - draft.EndsAt).Duration() < TimeSpan.FromSeconds(1) && s.Matchers.ToHashSet().SetEquals(draft.Matchers))?.Id;
        }
        catch (BackendException)
        {
            return null;
        }
    }

    private async Task<string> ChangeAsync(Scope scope, string action, string clusterId, Dictionary<string, string> facts, Func<ClusterKey, Task<string>> act)
    {
        var result = "unknown";
        try
        {
            scope.Demand(Capability.Write);
            var cluster = new ClusterKey(scope.Region, scope.ProjectId, clusterId);
            facts["silence"] = await act(cluster).ConfigureAwait(false);
            result = "ok";

            // So that the lists say it at once, and not at the next look.
            lists.Forget(scope);
            await watch.LookNowAsync(cluster, CancellationToken.None).ConfigureAwait(false);
            return facts["silence"];
        }
        catch (ForbiddenException)
        {
            result = "forbidden";
            throw;
        }
        catch (ClusterInvalidException)
        {
            result = nameof(BackendFailure.Invalid);
            throw;
        }
        catch (BackendException e)
        {
            result = e.Failure.ToString();
            throw;
        }
        finally
        {
            await audit.WriteAsync(scope, action, "cluster/" + clusterId, result, CancellationToken.None, details: facts).ConfigureAwait(false);
        }
    }
}
