namespace Portal.Monitoring.Charts;

/// <summary>The words that the browser needs to draw charts, in the person's language.</summary>
internal static class ChartBoardTexts
{
    /// <summary>Gets them by the names that the script has for them.</summary>
    public static Dictionary<string, string> All => new(StringComparer.Ordinal)
    {
        ["min"] = ChartsText.Min,
        ["avg"] = ChartsText.Avg,
        ["max"] = ChartsText.Max,
        ["last"] = ChartsText.Last,
        ["line"] = ChartsText.Line,
        ["time"] = ChartsText.Time,
        ["isolate"] = ChartsText.Isolate,
        ["actions"] = ChartsText.ActionsOf,
        ["full"] = ChartsText.FullScreen,
        ["png"] = ChartsText.SavePng,
        ["csv"] = ChartsText.SaveCsv,
        ["table"] = ChartsText.ShowTable,
        ["chart"] = ChartsText.ShowChart,
        ["noData"] = ChartsText.NoDataBetween,
        ["asking"] = ChartsText.AskingPrometheus,
        ["failed"] = ChartsText.FetchFailed,
        ["signIn"] = ChartsText.FetchSignIn,
        ["forbidden"] = ChartsText.FetchForbidden,
        ["again"] = Shared.SharedText.TryAgain,
        ["notMeasured"] = ChartsText.NotMeasured,
        ["leftOut"] = ChartsText.LinesLeftOut,
        ["infinite"] = ChartsText.HasInfinite,
        ["describe"] = ChartsText.Describe,
        ["of"] = ChartsText.TableOf,
        ["day"] = ChartsText.UnitDay,
    };
}
