using System.Collections.Immutable;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Where a variable's values come from.</summary>
public enum GrafanaVariableKind
{
    /// <summary>Prometheus is asked.</summary>
    Query,

    /// <summary>A list in the dashboard.</summary>
    Custom,

    /// <summary>Lengths of time.</summary>
    Interval,

    /// <summary>One value in the dashboard.</summary>
    Constant,

    /// <summary>What a person types.</summary>
    TextBox,

    /// <summary>A Prometheus: the cluster that is chosen.</summary>
    DataSource,
}

/// <summary>A value to choose.</summary>
/// <param name="Value">The value.</param>
/// <param name="Text">What is shown.</param>
public sealed record GrafanaOption(string Value, string Text);

/// <summary>A variable of a dashboard.</summary>
/// <param name="Name">Its name, without the dollar sign.</param>
/// <param name="Kind">Where its values come from.</param>
/// <param name="Definition">The query, the list or the value.</param>
public sealed record GrafanaVariable(string Name, GrafanaVariableKind Kind, string Definition)
{
    /// <summary>The value that stands for all.</summary>
    public const string All = "$__all";

    /// <summary>The length of time that suits the range.</summary>
    public const string Auto = "$__auto";

    /// <summary>Gets what is shown beside its choice; its name where the file says none.</summary>
    public string Label { get; init; } = Name;

    /// <summary>Gets the pattern that chooses among what the query gives, or cuts it out; may be empty.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>Gets whether several may be chosen.</summary>
    public bool IsMulti { get; init; }

    /// <summary>Gets whether "all" may be chosen.</summary>
    public bool HasAll { get; init; }

    /// <summary>Gets what stands for all in queries, or null for every value there is.</summary>
    public string? AllValue { get; init; }

    /// <summary>Gets whether it is not shown to be chosen.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Gets how values are ordered, as Grafana numbers it: 0 not, 1 and 2 by letters, 3 and 4 as numbers, 5 and 6 by letters of any case, 7 and 8 naturally; even ones from behind.</summary>
    public int Order { get; init; }

    /// <summary>Gets the values that are in the file.</summary>
    public ImmutableArray<GrafanaOption> Options { get; init; } = [];

    /// <summary>Gets what was chosen when the file was made.</summary>
    public ImmutableArray<string> Current { get; init; } = [];

    /// <summary>Gets into how many parts the range is divided for <see cref="Auto"/>.</summary>
    public int AutoParts { get; init; } = 30;

    /// <summary>Gets the shortest length of time for <see cref="Auto"/>, in seconds.</summary>
    public int AutoLeast { get; init; } = 10;
}

/// <summary>A variable with what can be chosen and what is.</summary>
/// <param name="Variable">The variable.</param>
/// <param name="Options">What can be chosen, at most 1,000.</param>
/// <param name="Values">What is chosen; <see cref="GrafanaVariable.All"/> for all.</param>
public sealed record GrafanaChoice(GrafanaVariable Variable, ImmutableArray<GrafanaOption> Options, ImmutableArray<string> Values)
{
    /// <summary>Gets why Prometheus did not give the options, or null.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Gets how many options are left out.</summary>
    public int LeftOut { get; init; }

    /// <summary>Gets whether all are chosen.</summary>
    public bool IsAll => Values.Contains(GrafanaVariable.All);

    /// <summary>Gives what is shown for a value.</summary>
    public string TextOf(string value) => Options.FirstOrDefault(o => o.Value == value)?.Text ?? value;
}
