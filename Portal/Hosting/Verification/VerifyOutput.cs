using System.Text.Encodings.Web;
using System.Text.Json;
using Portal.Core.Registry.Verification;
using Portal.Mapping.Connection;

namespace Portal.Hosting.Verification;

/// <summary>The results on the console: a line as each comes, or one JSON document at the end.</summary>
internal sealed class VerifyOutput(TextWriter output, bool isJson)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly int outcomes = Enum.GetValues<CheckOutcome>().Max(o => CheckWords.Outcome(o).Word.Length);
    private readonly int names = CheckNames.All.Max(c => CheckWords.Name(c).Length);

    /// <summary>Tells one result.</summary>
    public void Tell(CheckResult result)
    {
        if (isJson)
        {
            return;
        }

        var word = CheckWords.Outcome(result.Outcome).Word.PadRight(outcomes);
        output.WriteLine($"{word}  {CheckWords.Name(result.Check).PadRight(names)}  {CheckWords.Answer(result)}");
        if (CheckWords.Todo(result) is { } todo)
        {
            output.WriteLine($"{new string(' ', outcomes + names + 4)}> {todo}");
        }
    }

    /// <summary>Tells the end.</summary>
    public void Tell(VerificationReport report)
    {
        if (!isJson)
        {
            output.WriteLine();
            output.WriteLine($"{CheckWords.Headline(report)} {CheckWords.Sum(report.Checks)}");
            return;
        }

        var checks = report.Checks.Select(c => new
        {
            c.Check,
            Outcome = c.Outcome.ToString(),
            c.Code,
            c.Asked,
            Answer = CheckWords.Answer(c),
            Todo = CheckWords.Todo(c),
            c.Arguments,
        });
        output.WriteLine(JsonSerializer.Serialize(new { report.Url, report.At, report.Passed, Checks = checks }, Json));
    }
}
