using System.Globalization;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Rules;

namespace Portal.Monitoring.Rules;

/// <summary>A rule of the platform of which threshold and length are changed.</summary>
/// <param name="ClusterId">Magnum uuid.</param>
/// <param name="Rule">The platform's rule.</param>
public sealed record AdjustedRule(string ClusterId, AlertRule Rule)
{
    /// <summary>Gets or sets the number, as typed.</summary>
    public string Threshold { get; set; } = "";

    /// <summary>Gets or sets for how many minutes.</summary>
    public int Minutes { get; set; }

    /// <summary>Gets what is wanted.</summary>
    public RuleDraft Draft => Rule.With(Rule.Threshold is null ? null : Threshold.Trim(), TimeSpan.FromMinutes(Minutes));
}

/// <content>What is done with rules of the platform.</content>
public sealed partial class RulesModel
{
    /// <summary>Gets the rule of the platform that is changed, or null.</summary>
    public AdjustedRule? Adjusted { get; private set; }

    /// <summary>Takes a rule of the platform to change it; <paramref name="now"/> is what stands in its place already, or null.</summary>
    public void Adjust(string clusterId, AlertRule stock, AlertRule? now)
    {
        ArgumentNullException.ThrowIfNull(stock);
        (Errors, Preview, Loaded, WhyNot) = ([], null, null, null);
        Adjusted = new AdjustedRule(clusterId, stock) { Threshold = (now ?? stock).Threshold ?? "", Minutes = (int)(now ?? stock).For.TotalMinutes };
    }

    /// <summary>Leaves it as it is.</summary>
    public void CloseAdjusted() => (Adjusted, Preview, Errors) = (null, null, []);

    /// <summary>Looks how it would have done.</summary>
    public async Task TryAdjustedAsync(CancellationToken cancellationToken)
    {
        if (Readable() is { } adjusted)
        {
            await AskOfAsync(async () => Preview = await rules.PreviewAsync(scope, adjusted.ClusterId, adjusted.Draft, cancellationToken));
        }
    }

    /// <summary>Puts it in the place of the platform's, and waits until Prometheus has it.</summary>
    public async Task SaveAdjustedAsync(Func<Task> changed, CancellationToken cancellationToken)
    {
        if (Readable() is not { } adjusted)
        {
            return;
        }

        var (draft, revision) = (adjusted.Draft, "");
        var threshold = adjusted.Rule.Threshold is null ? null : draft.Threshold;
        if (await AskOfAsync(async () => revision = await rules.AdjustAsync(scope, adjusted.ClusterId, draft.Name, threshold, draft.For, cancellationToken)))
        {
            Adjusted = null;
            await WaitAsync(adjusted.ClusterId, draft.Name, revision, changed, cancellationToken);
        }
    }

    /// <summary>Goes back to the platform's own, and waits until Prometheus has the other no more.</summary>
    public async Task RestoreAsync(string clusterId, string name, Func<Task> changed, CancellationToken cancellationToken)
    {
        Adjusted = null;
        if (await AskOfAsync(() => rules.RestoreAsync(scope, clusterId, name, cancellationToken)))
        {
            await WaitAsync(clusterId, name, null, changed, cancellationToken);
        }
    }

    private AdjustedRule? Readable()
    {
        if (Adjusted is { Rule.Threshold: not null } typed && !double.TryParse(typed.Threshold.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            Errors = [FieldError.Of("threshold", "rule-bad-threshold")];
            return null;
        }

        return Adjusted;
    }

    private async Task<bool> AskOfAsync(Func<Task> ask)
    {
        (Errors, Loaded, WhyNot, Preview) = ([], null, null, null);
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
