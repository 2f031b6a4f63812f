using System.Globalization;
using Portal.Core.Live;
using Portal.Core.Registry.Verification;
using Portal.Shared;

namespace Portal.Mapping.Connection;

/// <summary>Words for the checks of a Harbor, on the page and on the command line.</summary>
internal static class CheckWords
{
    /// <summary>Gives a check's name.</summary>
    public static string Name(string check) => Find("Check." + check) ?? check;

    /// <summary>Gives what came of it.</summary>
    public static StateWord Outcome(CheckOutcome outcome) => new(
        outcome switch
        {
            CheckOutcome.Pass => StateKind.Ok,
            CheckOutcome.Warning => StateKind.Warn,
            CheckOutcome.Failed => StateKind.Fail,
            _ => StateKind.Off,
        },
        Find("Outcome." + outcome) ?? outcome.ToString());

    /// <summary>Gives the answer in words.</summary>
    public static string Answer(CheckResult result) => Fill(Find(result.Code) ?? result.Code, result);

    /// <summary>Gives what to do, or null when there is nothing to do.</summary>
    public static string? Todo(CheckResult result) => Find("Do." + result.Code) is { } text ? Fill(text, result) : null;

    /// <summary>Gives all of them in one sentence.</summary>
    public static string Sum(IReadOnlyCollection<CheckResult> checks) => Sentence.With(
        ConnectionText.Counts, ("pass", Count(checks, CheckOutcome.Pass)), ("warn", Count(checks, CheckOutcome.Warning)), ("fail", Count(checks, CheckOutcome.Failed)), ("skip", Count(checks, CheckOutcome.NotChecked)));

    /// <summary>Gives the headline of a report.</summary>
    public static string Headline(VerificationReport report) =>
        report.Passed ? ConnectionText.AllPassed : Sentence.Count(Count(report.Checks, CheckOutcome.Failed), ConnectionText.OneFailed, ConnectionText.SomeFailed);

    private static int Count(IReadOnlyCollection<CheckResult> checks, CheckOutcome outcome) => checks.Count(c => c.Outcome == outcome);

    private static string Fill(string text, CheckResult result) => Sentence.With(text, [.. result.Arguments.Select(a => (a.Key, (object?)a.Value))]);

    private static string? Find(string key) => ConnectionText.ResourceManager.GetString(key, CultureInfo.CurrentUICulture);
}
