using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;

namespace Portal.Core.Clusters.Explanations;

/// <summary>Says why a cluster failed or is late: reads Heat's nested resources for the root cause and puts what was said through the rules.</summary>
internal sealed class ClusterExplainer(StuckReader reader, Refinements refinements, CreationTimes times, IOptions<ClustersOptions> options, TimeProvider time)
{
    private const int MaxText = 500;
    private const int MaxLines = 12;

    /// <summary>Gets how long creations take, by template.</summary>
    public CreationTimes Times => times;

    /// <summary>Gives the explanation, or null when nothing failed and nothing is late. What does not answer is named in it; nothing is read for a cluster in order.</summary>
    public async Task<Explanation?> ExplainAsync(Scope scope, Cluster cluster, DateTimeOffset? statusSince, CancellationToken cancellationToken)
    {
        if (!cluster.Status.IsFailed() && !cluster.Status.IsInProgress())
        {
            return null;
        }

        var usual = await times.UsualAsync(scope.Region, cluster.TemplateId, cancellationToken).ConfigureAwait(false);
        var lateness = Lateness.Of(cluster, statusSince, usual, options.Value, time.GetUtcNow());
        if (!cluster.Status.IsFailed() && !lateness.IsLate)
        {
            return null;
        }

        var facts = await reader.ReadAsync(scope, cluster, lateness, cancellationToken).ConfigureAwait(false);
        var parts = new EvidenceParts(cancellationToken);
        var refined = await refinements.RefineAsync(Find(facts), facts, parts).ConfigureAwait(false);
        return Complete(refined, facts, parts.Missing, time.GetUtcNow());
    }

    /// <summary>Explains by what was read, without a further look.</summary>
    internal static Explanation Find(StuckFacts facts)
    {
        var texts = facts.Texts();
        foreach (var text in texts)
        {
            foreach (var rule in ExplanationRules.All)
            {
                if (rule.Explain(text) is { } found)
                {
                    return found;
                }
            }
        }

        if (!facts.Cluster.Status.IsFailed())
        {
            return FactRules.Waits(facts);
        }

        var first = texts.FirstOrDefault() ?? new BareText("magnum", "status", facts.Cluster.StatusText, null, null);
        return ExplanationRules.Get("unknown").Tell([("message", Cut(first.Text)), ("resource", first.Resource?.LogicalId ?? facts.Cluster.Name)], first.Text, first.Resource);
    }

    private static Explanation Complete(Explanation found, StuckFacts facts, ImmutableArray<ClusterProblem> missing, DateTimeOffset now)
    {
        var cause = new EvidenceLine(found.Resource is null && facts.Stack is null ? "magnum" : "heat", found.Resource is { } r ? $"{r.LogicalId} · {r.Type}" : facts.Cluster.Name, found.Evidence, found.Resource?.UpdatedAt);
        var lines = facts.Texts().Select(t => new EvidenceLine(t.Source, t.Subject, t.Text, t.At));
        var status = new EvidenceLine("magnum", "status", facts.Cluster.StatusReason is { } why ? $"{facts.Cluster.StatusText}: {why}" : facts.Cluster.StatusText, facts.Cluster.UpdatedAt);
        var all = lines.Where(l => l.Text == found.Evidence).Take(1).DefaultIfEmpty(cause)
            .Concat(found.Lines)
            .Concat(lines.Where(l => l.Text != found.Evidence && l.Subject != "status_reason"))
            .Take(MaxLines)
            .Append(status);
        return found with
        {
            Evidence = Cut(found.Evidence),
            Since = found.Since ?? facts.Lateness.Since,
            Usual = facts.Lateness.Usual,
            Lines = [.. all.Select(l => l with { Text = Cut(l.Text) })],
            Missing = [.. facts.Missing, .. missing],
            ExplainedAt = now,
        };
    }

    private static string Cut(string text) => text.Length <= MaxText ? text : text[..(MaxText - 1)] + "…";
}
