using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>Ranges of times (ISO 8601, milliseconds, <c>now-15m</c>) and of words.</summary>
internal static class SearchRange
{
    public static Func<ShippedLine, bool> Compile(SearchQuery query, string field, JsonObject range, DateTimeOffset now)
    {
        if (range.Select(r => r.Key).FirstOrDefault(k => k is not ("gte" or "gt" or "lte" or "lt" or "format" or "time_zone" or "boost" or "from" or "to" or "include_lower" or "include_upper")) is { } unknown)
        {
            throw new SearchRefused("parsing_exception", $"[range] query does not support [{unknown}]");
        }

        if (field == "@timestamp")
        {
            DateTimeOffset? Bound(string name) => range[name] is { } bound ? Moment(bound.ToString(), now) : null;
            var (gte, gt, lte, lt) = (Bound("gte"), Bound("gt"), Bound("lte"), Bound("lt"));
            return l =>
            {
                // A date has milliseconds.
                var at = DateTimeOffset.FromUnixTimeMilliseconds(l.Time.ToUnixTimeMilliseconds());
                return !(at < gte || at <= gt || at > lte || at >= lt);
            };
        }

        bool In(string value)
        {
            int? To(string name) => range[name] is { } bound ? string.CompareOrdinal(value, bound.ToString()) : null;
            return !(To("gte") < 0 || To("gt") <= 0 || To("lte") > 0 || To("lt") >= 0);
        }

        return query.Field(field, In);
    }

    /// <summary>Reads a moment.</summary>
    public static DateTimeOffset Moment(string text, DateTimeOffset now)
    {
        if (text.StartsWith("now", StringComparison.Ordinal))
        {
            foreach (Match step in Regex.Matches(text, @"([+-])(\d+)([smhdw])", RegexOptions.None, TimeSpan.FromSeconds(1)))
            {
                var count = int.Parse(step.Groups[2].Value, CultureInfo.InvariantCulture) * (step.Groups[1].Value == "-" ? -1 : 1);
                now += count * (step.Groups[3].Value switch { "s" => TimeSpan.FromSeconds(1), "m" => TimeSpan.FromMinutes(1), "h" => TimeSpan.FromHours(1), "d" => TimeSpan.FromDays(1), _ => TimeSpan.FromDays(7) });
            }

            return now;
        }

        return long.TryParse(text, CultureInfo.InvariantCulture, out var ms) && text.Length > 4 ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at
            : throw new SearchRefused("parse_exception", $"failed to parse date field [{text}] with format [strict_date_optional_time||epoch_millis]", inShard: true);
    }
}
