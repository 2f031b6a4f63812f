using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Settings;

/// <inheritdoc />
internal sealed class ImageRetention(IRegistryPlaces places, IHarborSettings harbor, AuditedChange audited, TimeProvider time) : IImageRetention
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public async Task<Retention?> FindAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var place = await ImageSettingsService.PlaceAsync(places, scope, cancellationToken).ConfigureAwait(false);
        return (await harbor.FindRetentionAsync(place, cancellationToken).ConfigureAwait(false))?.ToRetention();
    }

    public Task AddAsync(Scope scope, KeepRule rule, CancellationToken cancellationToken)
    {
        ImageSettingsService.Demand(rule.Repositories, rule.Tags);
        if (rule.By is KeepBy.Other || (rule.By is not KeepBy.Always && rule.Count is < 1 or > 100_000))
        {
            throw new ArgumentOutOfRangeException(nameof(rule));
        }

        return ChangeAsync(
            scope, "image.retention.add", rule,
            policy => policy.Count < Retention.MostRules
                ? policy.With(rule)
                : throw new BackendException(HarborHttp.Backend, "add a rule", BackendFailure.Invalid, string.Create(CultureInfo.InvariantCulture, $"{Retention.MostRules} rules are the most")),
            cancellationToken);
    }

    public Task RemoveAsync(Scope scope, KeepRule rule, CancellationToken cancellationToken) =>
        ChangeAsync(
            scope, "image.retention.remove", rule,
            policy => policy.Without(rule) ?? throw new BackendException(HarborHttp.Backend, "take a rule away", BackendFailure.Conflict, "the rules are others by now"),
            cancellationToken);

    public Task SetScheduleAsync(Scope scope, RetentionSchedule schedule, CancellationToken cancellationToken)
    {
        if (schedule is RetentionSchedule.Other)
        {
            throw new ArgumentOutOfRangeException(nameof(schedule));
        }

        return ChangeAsync(scope, "image.retention.schedule", schedule, policy => policy.At(schedule), cancellationToken);
    }

    public Task<RetentionRun> RunAsync(Scope scope, bool isTrial, CancellationToken cancellationToken) =>
        audited.RunAsync(scope, isTrial ? "image.retention.try" : "image.retention.run", "registry/" + scope.ProjectId, async details =>
        {
            var place = await ImageSettingsService.PlaceAsync(places, scope, cancellationToken).ConfigureAwait(false);
            details["name"] = place.HarborProject;
            var policy = await harbor.FindRetentionAsync(place, cancellationToken).ConfigureAwait(false)
                ?? throw new BackendException(HarborHttp.Backend, "run the rules", BackendFailure.NotFound, "there are no rules yet");
            var run = await harbor.StartRetentionAsync(policy, isTrial, cancellationToken).ConfigureAwait(false);
            var until = time.GetUtcNow() + Patience;
            while (true)
            {
                var found = await harbor.GetRunAsync(policy, run, isTrial, cancellationToken).ConfigureAwait(false);
                if (found.IsEnded || time.GetUtcNow() >= until)
                {
                    details["deleted"] = found.Repositories.Sum(r => r.Total - r.Kept).ToString(CultureInfo.InvariantCulture);
                    return found;
                }

                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        });

    private Task<bool> ChangeAsync(Scope scope, string action, object what, Func<RetentionPolicy, RetentionPolicy> change, CancellationToken cancellationToken) =>
        audited.RunAsync(scope, action, "registry/" + scope.ProjectId, async details =>
        {
            var place = await ImageSettingsService.PlaceAsync(places, scope, cancellationToken).ConfigureAwait(false);
            details["name"] = place.HarborProject;
            details["what"] = what is KeepRule rule ? $"{rule.By} {rule.Count} {rule.Repositories} {rule.Tags}" : what.ToString()!;
            var policy = await harbor.FindRetentionAsync(place, cancellationToken).ConfigureAwait(false) ?? RetentionPolicy.None(place.HarborProjectId);
            await harbor.SaveRetentionAsync(change(policy), cancellationToken).ConfigureAwait(false);
            return true;
        });
}
