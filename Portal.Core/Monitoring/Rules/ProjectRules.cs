using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Alerts;

namespace Portal.Core.Monitoring.Rules;

/// <inheritdoc />
internal sealed partial class ProjectRules(RuleApi api, IClusterConnector connector, AlertBooks books, IAuditLog audit, TimeProvider time) : IAlertRules
{
    private const int Most = 100;
    private const int LongestExpression = 4000;
    private const int Step = 60;
    private static readonly string[] Severities = ["critical", "warning", "info"];
    private static readonly KubernetesResource Maps = KubernetesResource.Of("v1", "ConfigMap");
    private readonly ClusterLists<ClusterRules> lists = new(books, time);

    public Task<ImmutableArray<ClusterRules>> ListAsync(Scope scope, CancellationToken cancellationToken) => lists.NowAsync(scope, (look, ended) => ListAsync(look.Cluster, scope, ended), cancellationToken);

    public Task<ImmutableArray<ClusterRules>> ListLatelyAsync(Scope scope, CancellationToken cancellationToken) => lists.LatelyAsync(scope, (look, ended) => ListAsync(look.Cluster, scope, ended), cancellationToken);

    public async Task<RulePreview> PreviewAsync(Scope scope, string clusterId, RuleDraft draft, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        Check(draft, withName: false);
        var to = time.GetUtcNow().ToUnixTimeSeconds() / Step * Step;
        var series = await JudgedAsync(() => api.RangeAsync(Key(scope, clusterId), scope, draft.Expression, (to - (24 * 60 * 60), to, Step), cancellationToken)).ConfigureAwait(false);
        return Preview(series, draft.For, to);
    }

    public Task<string> SaveAsync(Scope scope, string clusterId, RuleDraft draft, CancellationToken cancellationToken)
    {
        // Before the audit entry, which bears name and expression.
        Check(draft, withName: true);
        return ChangeAsync(scope, "rule.save", clusterId, new() { ["name"] = draft.Name, ["expression"] = draft.Expression, ["severity"] = draft.Severity }, async cluster =>
        {
            if (await JudgedAsync(() => api.CheckAsync(cluster, scope, draft.Expression, cancellationToken)).ConfigureAwait(false) is "matrix" or "string")
            {
                throw Wrong("expression", "rule-no-vector");
            }

            return await PutAsync(cluster, draft with { Replaces = false, Threshold = null }, cancellationToken).ConfigureAwait(false);
        });
    }

    public Task<string> AdjustAsync(Scope scope, string clusterId, string name, string? threshold, TimeSpan length, CancellationToken cancellationToken)
    {
        if (!RuleName().IsMatch(name) || (threshold is not null && !RuleThreshold.IsNumber(threshold)))
        {
            throw RuleName().IsMatch(name) ? Wrong("threshold", "rule-bad-threshold") : Wrong("name", "rule-bad-name");
        }

        var facts = new Dictionary<string, string> { ["name"] = name, ["threshold"] = threshold ?? "", ["for"] = length.ToString("c", CultureInfo.InvariantCulture) };
        return ChangeAsync(scope, "rule.adjust", clusterId, facts, async cluster =>
        {
            var rules = await api.ListAsync(cluster, scope, cancellationToken).ConfigureAwait(false) ?? [];
            var stock = rules.FirstOrDefault(r => !r.IsOwn && r.Name == name) ?? throw Wrong("name", "rule-not-stock");
            if (!stock.IsReplaceable || (threshold is not null && stock.Threshold is null))
            {
                throw Wrong("name", "rule-not-replaceable");
            }

            var draft = stock.With(threshold, length);
            Check(draft, withName: true);
            await JudgedAsync(() => api.CheckAsync(cluster, scope, draft.Expression, cancellationToken)).ConfigureAwait(false);
            return await PutAsync(cluster, draft, cancellationToken).ConfigureAwait(false);
        });
    }

    public Task RestoreAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken) => RemoveAsync(scope, "rule.restore", clusterId, name, cancellationToken);

    public Task RemoveAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken) => RemoveAsync(scope, "rule.remove", clusterId, name, cancellationToken);

    public async Task<RuleLoading> LoadAsync(Scope scope, string clusterId, string name, string? revision, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        var cluster = Key(scope, clusterId);
        if (await api.ReloadAsync(cluster, scope, cancellationToken).ConfigureAwait(false) is { } trouble)
        {
            return new(false, trouble);
        }

        var rules = await api.ListAsync(cluster, scope, cancellationToken).ConfigureAwait(false) ?? [];
        var own = rules.FirstOrDefault(r => r.IsOwn && r.Name == name);
        if (own?.Revision == revision)
        {
            lists.Forget(scope);
            return new(true, own?.Error);
        }

        return new(false, await LooksForOwnAsync(cluster, scope, cancellationToken).ConfigureAwait(false) ? null : "rule-not-mounted");
    }

    /// <summary>Counts how often a rule would have begun to fire, from the times at which each series meets it.</summary>
    internal static RulePreview Preview(IReadOnlyList<IReadOnlyList<double>> series, TimeSpan length, double now)
    {
        var (times, firesNow, longest, last) = (0, 0, 0.0, double.NaN);
        foreach (var points in series.Where(p => p.Count > 0))
        {
            for (var first = 0; first < points.Count;)
            {
                var end = first;
                while (end + 1 < points.Count && points[end + 1] - points[end] <= Step * 1.5)
                {
                    end++;
                }

                var fired = points[end] - points[first] - length.TotalSeconds;
                if (fired >= 0)
                {
                    times++;
                    firesNow += now - points[end] < Step ? 1 : 0;
                    longest = Math.Max(longest, fired);
                    last = double.IsNaN(last) ? points[first] + length.TotalSeconds : Math.Max(last, points[first] + length.TotalSeconds);
                }

                first = end + 1;
            }
        }

        return new(times, TimeSpan.FromSeconds(longest), double.IsNaN(last) ? null : DateTimeOffset.FromUnixTimeSeconds((long)last), firesNow, series.Count(p => p.Count > 0));
    }

    private static ClusterKey Key(Scope scope, string clusterId) => new(scope.Region, scope.ProjectId, clusterId);

    private static ClusterInvalidException Wrong(string field, string code, params (string Name, string Value)[] arguments) => new([FieldError.Of(field, code, arguments)]);

    private static void Check(RuleDraft draft, bool withName)
    {
        var errors = ImmutableArray.CreateBuilder<FieldError>();
        if (withName && !RuleName().IsMatch(draft.Name))
        {
            errors.Add(FieldError.Of("name", "rule-bad-name"));
        }

        if (draft.Expression.Trim().Length is 0 or > LongestExpression)
        {
            errors.Add(FieldError.Of("expression", "rule-no-expression"));
        }

        if (draft.For < TimeSpan.Zero || draft.For > TimeSpan.FromDays(1))
        {
            errors.Add(FieldError.Of("for", "rule-bad-for"));
        }

        if (!Severities.Contains(draft.Severity))
        {
            errors.Add(FieldError.Of("severity", "rule-bad-severity"));
        }

        if (errors.Count > 0)
        {
            throw new ClusterInvalidException(errors.ToImmutable());
        }
    }

    // What Prometheus says of the expression belongs to its field; the place in it is part of the sentence.
    private static async Task<T> JudgedAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Invalid)
        {
            var answer = e.Answer ?? "";
            const string Prefix = "invalid parameter \"query\": ";
            throw Wrong("expression", "rule-refused", ("answer", answer.StartsWith(Prefix, StringComparison.Ordinal) ? answer[Prefix.Length..] : answer));
        }
    }

    private async Task<ClusterRules> ListAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken)
    {
        try
        {
            var rules = await api.ListAsync(cluster, scope, cancellationToken).ConfigureAwait(false);
            var list = new ClusterRules(cluster.ClusterId, rules is not null, rules ?? []);

            // What has own rules, or some that step back for them, looks for them.
            return rules is null || list.Rules.Any(r => r.IsOwn || r.IsReplaceable) ? list : list with { CanTake = await LooksForOwnAsync(cluster, scope, cancellationToken).ConfigureAwait(false) };
        }
        catch (BackendException e)
        {
            return new(cluster.ClusterId, true, [], e);
        }
    }

    // One that was installed before the portal wrote rules does not.
    private async Task<bool> LooksForOwnAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken) =>
        (await api.ConfigurationAsync(cluster, scope, cancellationToken).ConfigureAwait(false)).Contains(RuleFile.Folder, StringComparison.Ordinal);

    private Task<string> RemoveAsync(Scope scope, string action, string clusterId, string name, CancellationToken cancellationToken) => !RuleName().IsMatch(name)
        ? throw Wrong("name", "rule-bad-name")
        : ChangeAsync(scope, action, clusterId, new() { ["name"] = name }, async cluster =>
        {
            await WriteAsync(cluster, rules => [.. rules.Where(r => RuleFile.NameOf(r) != name)], cancellationToken).ConfigureAwait(false);
            return name;
        });

    private async Task<string> PutAsync(ClusterKey cluster, RuleDraft draft, CancellationToken cancellationToken)
    {
        var (rule, revision) = RuleFile.Of(draft);
        await WriteAsync(cluster, rules => [.. rules.Where(r => RuleFile.NameOf(r) != draft.Name), rule], cancellationToken).ConfigureAwait(false);
        return revision;
    }

    private async Task WriteAsync(ClusterKey cluster, Func<ImmutableArray<JsonObject>, IReadOnlyList<JsonObject>> change, CancellationToken cancellationToken)
    {
        const string Operation = "write the rules";
        var kubernetes = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        var map = await kubernetes.FindAsync(Maps, RuleFile.Namespace, RuleFile.Map, cancellationToken).ConfigureAwait(false);
        var known = RuleFile.Read(map) ?? throw new BackendException("kubernetes", Operation, BackendFailure.Conflict, $"the ConfigMap {RuleFile.Namespace}/{RuleFile.Map} was changed by hand and cannot be read");
        var rules = change(known);
        if (rules.Count > Most)
        {
            throw new BackendException("kubernetes", Operation, BackendFailure.Invalid, $"{Most} rules are the most");
        }

        await kubernetes.ApplyAsync(RuleFile.Write(rules, map?["metadata"]?["resourceVersion"]?.ToString()), cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> ChangeAsync(Scope scope, string action, string clusterId, Dictionary<string, string> facts, Func<ClusterKey, Task<string>> act)
    {
        var result = "unknown";
        try
        {
            scope.Demand(Capability.Write);
            var done = await act(Key(scope, clusterId)).ConfigureAwait(false);
            lists.Forget(scope);
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

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RuleName();
}
