using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Shared;

/// <summary>A failure in words: what is so, why and who acts; the backend's own words are evidence, never the headline.</summary>
/// <param name="Kind">Kind of state.</param>
/// <param name="Headline">One sentence.</param>
/// <param name="Detail">Why, and what helps.</param>
/// <param name="MayRetry">Whether the same call may succeed later.</param>
/// <param name="RequestId">The backend's request id, or null.</param>
/// <param name="Raw">The backend's own words, or null.</param>
public sealed record FailureWords(StateKind Kind, string Headline, string Detail, bool MayRetry, string? RequestId = null, string? Raw = null)
{
    /// <summary>Gives the words for a failure.</summary>
    /// <param name="what">What was wanted: "The clusters cannot be shown".</param>
    /// <param name="failure">What happened.</param>
    public static FailureWords Of(string what, Exception failure) => failure switch
    {
        ForbiddenException forbidden => new(StateKind.Off, Dot(what), CapabilityText(forbidden.Capability), false),
        SubjectLockedException locked => new(StateKind.Warn, Dot(what), Sentence.With(SharedText.FailureLocked, ("name", locked.Holder.SubjectName), ("by", locked.Holder.RequestedBy)), true),
        BackendException backend => new(KindOf(backend.Failure), Dot(what), DetailOf(backend), backend.Failure is not (BackendFailure.Forbidden or BackendFailure.SignInAgain), backend.RequestId, RawOf(backend)),
        _ => new(StateKind.Fail, Dot(what), SharedText.FailureUnknown, true, Raw: failure.GetType().Name),
    };

    private static string Dot(string what) => what + SharedText.FullStop;

    private static StateKind KindOf(BackendFailure failure) => failure switch
    {
        BackendFailure.Forbidden => StateKind.Off,
        BackendFailure.NotFound => StateKind.Unknown,
        BackendFailure.SignInAgain => StateKind.You,
        BackendFailure.Timeout or BackendFailure.Throttled or BackendFailure.Unreachable => StateKind.Warn,
        _ => StateKind.Fail,
    };

    private static string CapabilityText(Capability capability) => capability switch
    {
        Capability.Write => SharedText.NeedsWrite,
        Capability.Administer => SharedText.NeedsAdminister,
        _ => SharedText.NeedsRead,
    };

    private static string DetailOf(BackendException backend) =>
        Sentence.With(
            SharedText.ResourceManager.GetString("Failure" + backend.Failure, System.Globalization.CultureInfo.CurrentUICulture) ?? SharedText.FailureUnknown,
            ("backend", BackendName(backend.Backend)));

    private static string? RawOf(BackendException backend) =>
        backend.Answer is null && backend.Status is null ? null : $"{backend.Operation}: {(int?)backend.Status} {backend.Answer}".Trim();

    /// <summary>Gives a backend's name as its own people write it.</summary>
    public static string BackendName(string backend) => backend.Length == 0 ? backend : char.ToUpperInvariant(backend[0]) + backend[1..];
}
