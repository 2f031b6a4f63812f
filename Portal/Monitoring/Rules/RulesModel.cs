using System.Collections.Immutable;
using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Rules;
using Portal.Shared;

namespace Portal.Monitoring.Rules;

/// <summary>The rules of the project's clusters, and the one that is being written.</summary>
public sealed partial class RulesModel(IAlertRules rules, Scope scope, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Asking _asking = new();

    /// <summary>Gets the comparisons that are offered; empty: the expression is a condition already.</summary>
    public static IReadOnlyList<string> Comparisons { get; } = ["", ">", ">=", "<", "<=", "==", "!="];

    /// <summary>Gets how long a condition may be asked to last, in minutes.</summary>
    public static IReadOnlyList<int> Lengths { get; } = [0, 1, 5, 10, 15, 30, 60, 360];

    /// <summary>Gets what the clusters answered, also before.</summary>
    public SeenLists<ClusterRules> Seen { get; } = new(time);

    /// <summary>Gets what came.</summary>
    public Loadable<IReadOnlyList<ClusterRules>> All => Seen.All;

    /// <summary>Gets or sets the cluster of the rule.</summary>
    public string ClusterId { get; set; } = "";

    /// <summary>Gets or sets the name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the expression as typed.</summary>
    public string Expression { get; set; } = "";

    /// <summary>Gets or sets one of <see cref="Comparisons"/>.</summary>
    public string Comparison { get; set; } = "";

    /// <summary>Gets or sets what it is compared with.</summary>
    public string Threshold { get; set; } = "";

    /// <summary>Gets or sets for how many minutes.</summary>
    public int Minutes { get; set; } = 5;

    /// <summary>Gets or sets the severity.</summary>
    public string Severity { get; set; } = "warning";

    /// <summary>Gets or sets the sentence.</summary>
    public string Summary { get; set; } = "";

    /// <summary>Gets what is to be corrected.</summary>
    public ImmutableArray<FieldError> Errors { get; private set; } = [];

    /// <summary>Gets how it would have done, or null.</summary>
    public RulePreview? Preview { get; private set; }

    /// <summary>Gets the rule that Prometheus is to load, or null.</summary>
    public string? Waiting { get; private set; }

    /// <summary>Gets the rule that was loaded or taken away last, or null.</summary>
    public string? Loaded { get; private set; }

    /// <summary>Gets why Prometheus has not loaded what was written, or null.</summary>
    public string? WhyNot { get; private set; }

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets whether somebody has begun to write a rule; then its form stays, whatever becomes of the clusters.</summary>
    public bool IsTyped => Name.Length > 0 || Expression.Length > 0;

    /// <summary>Gets whether something is under way.</summary>
    public bool IsBusy => _asking.IsBusy || Waiting is not null;

    /// <summary>Gets whether the person may write rules.</summary>
    public bool MayChange => scope.Can(Capability.Write);

    private RuleDraft Draft => new()
    {
        Name = Name.Trim(),
        Expression = Comparison.Length == 0 ? Expression.Trim() : $"({Expression.Trim()}) {Comparison} {Threshold.Trim()}",
        For = TimeSpan.FromMinutes(Minutes),
        Severity = Severity,
        Summary = Summary.Trim(),
    };

    /// <summary>Reads them.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => Seen.ReadAsync(() => rules.ListAsync(scope, cancellationToken));

    /// <summary>Reads them again, for a page that follows: at most some seconds old.</summary>
    public Task FollowAsync(CancellationToken cancellationToken) => Seen.ReadAsync(() => rules.ListLatelyAsync(scope, cancellationToken));

    /// <summary>Takes a rule to change it; one of the platform's under a name of its own.</summary>
    public void Take(string clusterId, AlertRule rule)
    {
        (ClusterId, Name, Expression, Comparison, Threshold) = (clusterId, rule.IsOwn ? rule.Name : rule.Name + "Own", rule.Expression, "", "");
        (Minutes, Summary, Severity) = ((int)rule.For.TotalMinutes, rule.Summary, rule.Severity is "critical" or "warning" ? rule.Severity : "info");
        (Errors, Preview, Loaded, WhyNot, Adjusted) = ([], null, null, null, null);
    }

    /// <summary>Gives the errors of a field.</summary>
    public IEnumerable<FieldError> ErrorsOf(string field) => Errors.Where(e => e.Field == field);

    /// <summary>Looks how it would have done.</summary>
    public Task<bool> TryAsync(CancellationToken cancellationToken) => AskAsync(async () => Preview = await rules.PreviewAsync(scope, ClusterId, Draft, cancellationToken));

    /// <summary>Writes it, and waits until Prometheus has it.</summary>
    public async Task SaveAsync(Func<Task> changed, CancellationToken cancellationToken)
    {
        var (revision, name) = ("", Draft.Name);
        if (await AskAsync(async () => revision = await rules.SaveAsync(scope, ClusterId, Draft, cancellationToken)))
        {
            await WaitAsync(ClusterId, name, revision, changed, cancellationToken);
        }
    }

    /// <summary>Takes one away, and waits until Prometheus has it no more.</summary>
    public async Task RemoveAsync(string clusterId, string name, Func<Task> changed, CancellationToken cancellationToken)
    {
        ClusterId = clusterId;
        if (await AskAsync(() => rules.RemoveAsync(scope, clusterId, name, cancellationToken)))
        {
            await WaitAsync(clusterId, name, null, changed, cancellationToken);
        }
    }

    // The file gets into the pod by the kubelet, which takes its time.
    private async Task WaitAsync(string clusterId, string name, string? revision, Func<Task> changed, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + Patience;
        (Waiting, Loaded, WhyNot) = (name, null, null);
        await changed();
        try
        {
            while (Waiting is not null)
            {
                RuleLoading? loading = null;
                await _asking.RunAsync(async () => loading = await rules.LoadAsync(scope, clusterId, name, revision, cancellationToken));
                if (loading is { IsLoaded: true } or { WhyNot: not null } || time.GetUtcNow() > until)
                {
                    (Loaded, WhyNot, Waiting) = (loading is { IsLoaded: true } ? name : null, loading is { IsLoaded: true } ? null : WordsOf(loading?.WhyNot), null);
                    break;
                }

                await Task.Delay(Pause, time, cancellationToken);
            }
        }
        finally
        {
            Waiting = null;
        }

        await LoadAsync(cancellationToken);
    }

    private static string WordsOf(string? whyNot) => whyNot is null ? RulesText.TakesLong : RulesText.ResourceManager.GetString(whyNot, CultureInfo.CurrentUICulture) ?? whyNot;

    private async Task<bool> AskAsync(Func<Task> ask)
    {
        (Errors, Loaded, WhyNot, Preview) = ([], null, null, null);
        if (ClusterId.Length == 0)
        {
            Errors = [FieldError.Of("cluster", "silence-no-cluster")];
            return false;
        }

        if (Comparison.Length > 0 && !double.TryParse(Threshold.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            Errors = [FieldError.Of("threshold", "rule-bad-threshold")];
            return false;
        }

        try
        {
            return await _asking.RunAsync(ask);
        }
        catch (ClusterInvalidException wrong)
        {
            Errors = wrong.Errors;
            return false;
        }
    }
}
