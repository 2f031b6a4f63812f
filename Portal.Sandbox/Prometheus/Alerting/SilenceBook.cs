using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Alerting;

/// <summary>An answer that is an error: its status, and either a bare text or a code with a message.</summary>
internal sealed class AlertmanagerException(int status, string message, int? code = null) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Gets the code of the body's check, or null for an error of the handler.</summary>
    public int? Code { get; } = code;
}

/// <summary>A silence.</summary>
internal sealed record Silence(string Id, IReadOnlyList<LabelMatcher> Matchers, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string CreatedBy, string Comment, DateTimeOffset UpdatedAt)
{
    public string State(DateTimeOffset now) => now < StartsAt ? "pending" : now < EndsAt ? "active" : "expired";

    public bool Matches(LabelSet labels) => Matchers.All(m => m.Matches(labels));

    public JsonObject ToJson(DateTimeOffset now) => new()
    {
        ["id"] = Id,
        ["status"] = new JsonObject { ["state"] = State(now) },
        ["updatedAt"] = SilenceBook.Text(UpdatedAt),
        ["comment"] = Comment,
        ["createdBy"] = CreatedBy,
        ["endsAt"] = SilenceBook.Text(EndsAt),
        ["matchers"] = JsonPaths.Array(Matchers.Select(m => new JsonObject { ["isEqual"] = m.Kind[0] == '=', ["isRegex"] = m.Kind.EndsWith('~'), ["name"] = m.Name, ["value"] = m.Value })),
        ["startsAt"] = SilenceBook.Text(StartsAt),
    };
}

/// <summary>The silences of an Alertmanager.</summary>
internal sealed class SilenceBook
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(5);
    private static readonly string[] Required = ["comment", "createdBy", "endsAt", "matchers", "startsAt"];
    private static readonly string[] OfMatchers = ["isRegex", "name", "value"];
    private readonly Lock gate = new();
    private readonly Dictionary<string, Silence> known = new(StringComparer.Ordinal);

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public IReadOnlyList<Silence> All(DateTimeOffset now)
    {
        lock (gate)
        {
            foreach (var old in known.Values.Where(s => s.EndsAt + Kept < now).ToList())
            {
                known.Remove(old.Id);
            }

            return [.. known.Values];
        }
    }

    public Silence? Find(string id)
    {
        lock (gate)
        {
            return known.GetValueOrDefault(id);
        }
    }

    /// <summary>Puts a silence as it was kept.</summary>
    public void Restore(Silence silence)
    {
        lock (gate)
        {
            known[silence.Id] = silence;
        }
    }

    public void Expire(string id, DateTimeOffset now)
    {
        lock (gate)
        {
            if (!known.TryGetValue(id, out var silence))
            {
                throw new AlertmanagerException(500, "silence not found");
            }

            known[id] = Ended(silence, now);
        }
    }

    /// <summary>Makes a silence or changes one; gives its id.</summary>
    public string Set(JsonObject body, DateTimeOffset now)
    {
        Check(body);
        var (start, end, id) = (Time(body, "startsAt"), Time(body, "endsAt"), body.Str("id"));
        if (start > end || start == end)
        {
            throw new AlertmanagerException(400, "Failed to create silence: start time must be before end time");
        }

        if (end < now)
        {
            throw new AlertmanagerException(400, "Failed to create silence: end time can't be in the past");
        }

        lock (gate)
        {
            var before = id.Length == 0 ? null : known.GetValueOrDefault(id) ?? throw new AlertmanagerException(404, "silence not found");
            var silence = new Silence(string.Empty, Matchers(body), start, end, body.Str("createdBy"), body.Str("comment"), now);
            if (before is not null && CanChange(before, silence, now))
            {
                known[before.Id] = silence with { Id = before.Id, StartsAt = before.StartsAt };
                return before.Id;
            }

            if (before is not null && before.State(now) != "expired")
            {
                known[before.Id] = Ended(before, now);
            }

            var made = silence with { Id = Guid.NewGuid().ToString(), StartsAt = start < now ? now : start };
            known[made.Id] = made;
            return made.Id;
        }
    }

    private static Silence Ended(Silence silence, DateTimeOffset now) => silence.State(now) switch
    {
        "active" => silence with { EndsAt = now, UpdatedAt = now },
        "pending" => silence with { StartsAt = now, EndsAt = now, UpdatedAt = now },
        _ => silence,
    };

    private static bool CanChange(Silence before, Silence now, DateTimeOffset time) => before.Matchers.Select(m => m.ToString()).SequenceEqual(now.Matchers.Select(m => m.ToString())) && before.State(time) switch
    {
        "active" => before.StartsAt.ToUnixTimeSeconds() == now.StartsAt.ToUnixTimeSeconds(),
        "pending" => now.StartsAt >= time,
        _ => false,
    };

    private static void Check(JsonObject body)
    {
        if (Required.FirstOrDefault(f => body[f] is null) is { } missing)
        {
            throw new AlertmanagerException(422, $"{missing} in body is required", 602);
        }

        if (body.Arr("matchers") is not { Count: > 0 } matchers)
        {
            throw new AlertmanagerException(422, "matchers in body should have at least 1 items", 612);
        }

        for (var i = 0; i < matchers.Count; i++)
        {
            if (OfMatchers.FirstOrDefault(f => matchers[i]?[f] is null) is { } field)
            {
                throw new AlertmanagerException(422, $"matchers.{i}.{field} in body is required", 602);
            }
        }
    }

    private static DateTimeOffset Time(JsonObject body, string field) => DateTimeOffset.TryParse(body.Str(field), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new AlertmanagerException(400, $"parsing silence body from \"\" failed, because parsing time {LabelSet.Quote(LabelSet.Quote(body.Str(field)))} failed", 400);

    private static List<LabelMatcher> Matchers(JsonObject body)
    {
        var matchers = body.Items("matchers").Select((m, i) => Matcher(m, i)).ToList();
        return matchers.TrueForAll(m => m.Kind[0] == '=' && m.Matches(string.Empty)) ? throw new AlertmanagerException(400, "silence invalid: at least one matcher must not match the empty string") : matchers;
    }

    private static LabelMatcher Matcher(JsonObject matcher, int index)
    {
        var (name, value, regex, equal) = (matcher.Str("name"), matcher.Str("value"), matcher.Bool("isRegex"), matcher["isEqual"] is null || matcher.Bool("isEqual"));
        if (regex && !Regexes.IsValid(value))
        {
            throw new AlertmanagerException(400, $"silence invalid: invalid label matcher {index}: invalid regular expression {LabelSet.Quote(value)}: error parsing regexp: missing closing ): `{value}`");
        }

        return new LabelMatcher(name, (regex, equal) switch { (true, true) => "=~", (true, false) => "!~", (false, true) => "=", _ => "!=" }, value);
    }
}
