using System.Globalization;
using Portal.Core.Clusters;
using Portal.Shared;

namespace Portal.Clusters;

/// <summary>Words and numbers of quotas.</summary>
public static class RoomWords
{
    private static readonly string[] Order = ["clusters", "cores", "memory", "volumes", "load-balancers", "floating-ips"];

    /// <summary>Gives the quotas that decide most often, in a fixed order.</summary>
    public static IEnumerable<ProjectQuota> Chosen(ProjectRoom room) =>
        room.Quotas.Where(q => Array.IndexOf(Order, q.Resource) >= 0).OrderBy(q => Array.IndexOf(Order, q.Resource));

    /// <summary>Gives a resource's name.</summary>
    public static string Name(string resource) =>
        ClustersText.ResourceManager.GetString("Quota." + resource, CultureInfo.CurrentUICulture) ?? resource;

    /// <summary>Gives an amount as a number; memory in GiB.</summary>
    public static string Amount(long amount, string unit) =>
        (unit == "MiB" ? Math.Round(amount / 1024.0, 1) : amount).ToString("#,0.#", CultureInfo.CurrentCulture);

    /// <summary>Gives an amount with its unit where it is not a count.</summary>
    public static string AmountWithUnit(long amount, string unit) =>
        unit is "MiB" or "GiB" ? $"{Amount(amount, unit)} GiB" : Amount(amount, unit);

    /// <summary>Gives what is in use, without the resource's name.</summary>
    public static string InUse(ProjectQuota quota) => quota.Limit is { } limit
        ? Sentence.With(SharedText.OfTotal, ("used", Amount(quota.Used, quota.Unit)), ("total", AmountWithUnit(limit, quota.Unit)))
        : AmountWithUnit(quota.Used, quota.Unit);

    /// <summary>Gives the bar in words.</summary>
    public static string InWords(ProjectQuota quota) => quota.Limit is { } limit
        ? Sentence.With(ClustersText.QuotaInWords, ("resource", Name(quota.Resource)), ("used", Amount(quota.Used, quota.Unit)), ("limit", AmountWithUnit(limit, quota.Unit)))
        : Sentence.With(ClustersText.QuotaNoLimitInWords, ("resource", Name(quota.Resource)), ("used", AmountWithUnit(quota.Used, quota.Unit)));
}
