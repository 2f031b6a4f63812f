using System.Collections.Immutable;
using System.Net;
using Portal.Core.Backends;

namespace Portal.Core.Registry.Verification;

/// <summary>What came of a check.</summary>
public enum CheckOutcome
{
    /// <summary>As it should be.</summary>
    Pass,

    /// <summary>The portal works with it; somebody should know.</summary>
    Warning,

    /// <summary>Something of the portal does not work with it.</summary>
    Failed,

    /// <summary>Not asked, and the code says why.</summary>
    NotChecked,
}

/// <summary>One check of a Harbor: what was asked and what was answered, as a code with arguments; holds no secret.</summary>
/// <param name="Check">Which one, of <see cref="CheckNames"/>.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Code">Key of the sentence; with <c>Do.</c> before it, key of what to do.</param>
/// <param name="Asked">Verb and path, or null when nothing was asked.</param>
public sealed record CheckResult(string Check, CheckOutcome Outcome, string Code, string? Asked)
{
    /// <summary>Gets the values of the sentence.</summary>
    public ImmutableDictionary<string, string> Arguments { get; init; } = ImmutableDictionary<string, string>.Empty;

    internal static CheckResult Pass(string check, string code, BackendCall? asked, params ReadOnlySpan<(string Name, string Value)> arguments) => Make(check, CheckOutcome.Pass, code, asked, arguments);

    internal static CheckResult Warning(string check, string code, BackendCall? asked, params ReadOnlySpan<(string Name, string Value)> arguments) => Make(check, CheckOutcome.Warning, code, asked, arguments);

    internal static CheckResult Fail(string check, string code, BackendCall? asked, params ReadOnlySpan<(string Name, string Value)> arguments) => Make(check, CheckOutcome.Failed, code, asked, arguments);

    internal static CheckResult Skip(string check, string code) => Make(check, CheckOutcome.NotChecked, code, null, []);

    /// <summary>Gives what any check says of a call that failed in a way that is not the check's own.</summary>
    internal static CheckResult Of(string check, BackendCall asked, BackendException e)
    {
        var code = e switch
        {
            { IsPage: true } => "call.page",
            { Failure: BackendFailure.Timeout } => "call.timeout",
            { Failure: BackendFailure.Unreachable } => "call.unreachable",
            _ when Says(e, "CSRF") => "call.csrf",
            _ when Says(e, "read only mode") => "call.read-only",
            { Status: HttpStatusCode.Unauthorized } => "call.unauthorized",
            { Status: HttpStatusCode.Forbidden } => "call.forbidden",
            { Status: HttpStatusCode.OK or HttpStatusCode.Created } => "call.not-understood",
            _ => "call.refused",
        };
        return Fail(check, code, asked, ("status", $"{(int?)e.Status}"), ("answer", e.Answer ?? ""), ("request", e.RequestId ?? ""));
    }

    internal static bool Says(BackendException e, string words) => e.Answer?.Contains(words, StringComparison.Ordinal) == true;

    private static CheckResult Make(string check, CheckOutcome outcome, string code, BackendCall? asked, ReadOnlySpan<(string Name, string Value)> arguments)
    {
        var values = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in arguments)
        {
            values[name] = value;
        }

        return new CheckResult(check, outcome, code, asked is null ? null : $"{asked.Method} {asked.BaseUrl}{asked.Path}") { Arguments = values.ToImmutable() };
    }
}

/// <summary>The checks, in the order in which they are told.</summary>
public static class CheckNames
{
    /// <summary>Gets them.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        "reachable", "tls", "request-id", "health", "account", "version", "auth-mode", "read-only", "creation", "paging", "scanner", "storage", "challenge", "token-service", "leftovers",
        "project", "cookies", "slashes", "quota", "robot", "robot-login", "token", "user", "member", "isolation", "cleanup",
    ];
}

/// <summary>All checks of one run.</summary>
/// <param name="Url">Harbor's address.</param>
/// <param name="At">When it ended (UTC).</param>
/// <param name="Checks">One result for each check.</param>
public sealed record VerificationReport(string Url, DateTimeOffset At, ImmutableArray<CheckResult> Checks)
{
    /// <summary>Gets whether no check failed.</summary>
    public bool Passed => Checks.All(c => c.Outcome is not CheckOutcome.Failed);
}
