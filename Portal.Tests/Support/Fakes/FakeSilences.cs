using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Monitoring.Silences;

namespace Portal.Tests.Support.Fakes;

/// <summary>Silences and rules that a test sets.</summary>
internal sealed class FakeSilences : ISilences, IAlertRules
{
    public List<ClusterSilences> Lists { get; } = [];

    public List<ClusterRules> Rules { get; } = [];

    public List<(string ClusterId, SilenceDraft Draft)> Saved { get; } = [];

    public List<(string ClusterId, RuleDraft Draft)> Written { get; } = [];

    public List<string> Ended { get; } = [];

    public Exception? Refusal { get; set; }

    public BackendException? Failure { get; set; }

    public int Reads { get; private set; }

    public RuleLoading Loading { get; set; } = new(true, null);

    public static Silence Silence(string id, SilenceState state, string comment, params SilenceMatcher[] matchers) => new()
    {
        Id = id,
        State = state,
        Matchers = [.. matchers],
        StartsAt = DateTimeOffset.UtcNow.AddHours(-1),
        EndsAt = DateTimeOffset.UtcNow.AddHours(state is SilenceState.Expired ? -0.5 : 1),
        CreatedBy = "dana",
        Comment = comment,
    };

    public Task<ImmutableArray<ClusterSilences>> ListLatelyAsync(Scope scope, CancellationToken cancellationToken) => ListAsync(scope, cancellationToken);

    public Task<ImmutableArray<ClusterSilences>> ListAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        Reads++;
        return Failure is null ? Task.FromResult<ImmutableArray<ClusterSilences>>([.. Lists]) : throw Failure;
    }

    public Task<string> SaveAsync(Scope scope, string clusterId, SilenceDraft draft, CancellationToken cancellationToken)
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }

        Saved.Add((clusterId, draft));
        return Task.FromResult("new");
    }

    public Task ExpireAsync(Scope scope, string clusterId, string silenceId, CancellationToken cancellationToken)
    {
        Ended.Add(silenceId);
        return Task.CompletedTask;
    }

    Task<ImmutableArray<ClusterRules>> IAlertRules.ListAsync(Scope scope, CancellationToken cancellationToken)
    {
        Reads++;
        return Failure is null ? Task.FromResult<ImmutableArray<ClusterRules>>([.. Rules]) : throw Failure;
    }

    Task<ImmutableArray<ClusterRules>> IAlertRules.ListLatelyAsync(Scope scope, CancellationToken cancellationToken) => ((IAlertRules)this).ListAsync(scope, cancellationToken);

    public Task<RulePreview> PreviewAsync(Scope scope, string clusterId, RuleDraft draft, CancellationToken cancellationToken) =>
        Refusal is null ? Task.FromResult(new RulePreview(3, TimeSpan.FromMinutes(12), DateTimeOffset.UtcNow.AddHours(-2), 1, 2)) : throw Refusal;

    public Task<string> SaveAsync(Scope scope, string clusterId, RuleDraft draft, CancellationToken cancellationToken)
    {
        Written.Add((clusterId, draft));
        return Refusal is null ? Task.FromResult("r1") : throw Refusal;
    }

    public List<(string Name, string? Threshold, TimeSpan Length)> Adjusted { get; } = [];

    public List<string> Restored { get; } = [];

    public Task<string> AdjustAsync(Scope scope, string clusterId, string name, string? threshold, TimeSpan length, CancellationToken cancellationToken)
    {
        Adjusted.Add((name, threshold, length));
        return Refusal is null ? Task.FromResult("r2") : throw Refusal;
    }

    public Task RestoreAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken)
    {
        Restored.Add(name);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(Scope scope, string clusterId, string name, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<RuleLoading> LoadAsync(Scope scope, string clusterId, string name, string? revision, CancellationToken cancellationToken) => Task.FromResult(Loading);
}
