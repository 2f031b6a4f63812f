using System.Text.RegularExpressions;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>What a variable asks of Prometheus.</summary>
internal enum VariableQuestion
{
    /// <summary><c>label_names()</c>, of all or of a selector.</summary>
    LabelNames,

    /// <summary><c>label_values(label)</c>, <c>label_values(selector, label)</c>.</summary>
    LabelValues,

    /// <summary><c>metrics(pattern)</c>.</summary>
    Metrics,

    /// <summary><c>query_result(expression)</c>.</summary>
    Result,

    /// <summary>Anything else is a selector whose series are listed.</summary>
    Series,
}

/// <summary>A variable's query, read as Grafana's Prometheus source reads it.</summary>
/// <param name="Question">What is asked.</param>
/// <param name="Subject">Selector, expression or pattern; empty for none.</param>
/// <param name="Label">The label, or empty.</param>
internal sealed partial record VariableQuery(VariableQuestion Question, string Subject, string Label)
{
    /// <summary>Reads it, with its variables filled.</summary>
    public static VariableQuery Parse(string query)
    {
        var text = query.Trim();
        if (LabelNames().Match(text) is { Success: true } names)
        {
            return new(VariableQuestion.LabelNames, names.Groups[1].Value.Trim(), "");
        }

        if (LabelValues().Match(text) is { Success: true } values)
        {
            return new(VariableQuestion.LabelValues, values.Groups[1].Value.Trim(), values.Groups[2].Value);
        }

        if (Metrics().Match(text) is { Success: true } metrics)
        {
            return new(VariableQuestion.Metrics, metrics.Groups[1].Value.Trim(), "");
        }

        return Result().Match(text) is { Success: true } result
            ? new(VariableQuestion.Result, result.Groups[1].Value.Trim(), "")
            : new(VariableQuestion.Series, text, "");
    }

    [GeneratedRegex(@"\Alabel_names\((.*)\)\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex LabelNames();

    [GeneratedRegex(@"\Alabel_values\((?:(.+),)?\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*\)\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"\Ametrics\((.+)\)\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Metrics();

    [GeneratedRegex(@"\Aquery_result\((.+)\)\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Result();
}
