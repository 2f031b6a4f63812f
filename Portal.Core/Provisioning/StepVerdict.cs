using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Provisioning;

/// <summary>What a failed attempt means for its step.</summary>
/// <param name="Reason">Why it failed.</param>
/// <param name="Heals">Whether another attempt may succeed without anybody doing something.</param>
/// <param name="Actor">Who must act when it does not.</param>
/// <param name="Final">Whether nothing can be done.</param>
/// <param name="AtLeast">How long the backend asked to wait.</param>
internal sealed partial record StepVerdict(Reason Reason, bool Heals, Actor Actor, bool Final = false, TimeSpan? AtLeast = null)
{
    public static StepVerdict TimedOut(TimeSpan after) =>
        new(Reason.Of("step.timed-out", ("after", after.ToString("c", CultureInfo.InvariantCulture))), Heals: true, Actor.Platform);

    public static StepVerdict Unknown(PlanStep step) =>
        new(Reason.Of("step.unknown", ("step", step.Id), ("version", step.Version.ToString(CultureInfo.InvariantCulture))), Heals: false, Actor.Platform);

    public static StepVerdict Of(Exception e) => e switch
    {
        StepFailedException failed => new(failed.Reason, Heals: false, failed.Actor, failed.Final),
        BackendException backend => Of(backend),
        ForbiddenException => new(Reason.Of("step.forbidden"), Heals: false, Actor.Platform),
        StoreConflictException => new(Reason.Of("storage.conflict"), Heals: true, Actor.Platform),
        StorageException => new(Reason.Of("storage.unavailable"), Heals: true, Actor.Platform),
        HttpRequestException or IOException or TimeoutException => new(Reason.Of("step.connection-broke", ("type", e.GetType().Name)), Heals: true, Actor.Platform),
        _ => new(Reason.Of("step.broken", ("type", e.GetType().Name)), Heals: false, Actor.Platform),
    };

    private static StepVerdict Of(BackendException e)
    {
        (string, string?)[] facts =
        [
            ("backend", e.Backend), ("operation", e.Operation), ("answer", e.Answer), ("requestId", e.RequestId),
            ("status", e.Status is { } status ? ((int)status).ToString(CultureInfo.InvariantCulture) : null),
        ];
        var reason = Reason.Of($"backend.{Kebab(e.Failure)}", [.. facts.Where(f => f.Item2 is not null).Select(f => (f.Item1, f.Item2!))]);

        // After a conflict the step looks again and finds what the other has made. A plan has the platform's credential, which renews
        // itself: who refuses that (401) has a clock, a cache or a Keystone in trouble. A 403 is another matter.
        var heals = e.MayHeal || e.Failure is BackendFailure.Conflict || e.Status is System.Net.HttpStatusCode.Unauthorized;
        return new(reason, heals, e.Failure is BackendFailure.QuotaExceeded ? Actor.Project : Actor.Platform, AtLeast: e.RetryAfter);
    }

    private static string Kebab(BackendFailure failure) => Humps().Replace(failure.ToString(), "-$0").ToLowerInvariant();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Humps();
}
