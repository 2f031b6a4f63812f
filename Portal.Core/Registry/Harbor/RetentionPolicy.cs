using System.Text.Json.Nodes;
using Portal.Core.Registry.Settings;

namespace Portal.Core.Registry.Harbor;

/// <summary>A retention policy as Harbor keeps it: what is not known here is sent back as it came.</summary>
/// <param name="Id">Harbor's id, or null for one that is not made yet.</param>
/// <param name="Wire">The policy.</param>
internal sealed record RetentionPolicy(long? Id, JsonObject Wire)
{
    private const string Daily = "0 0 0 * * *";
    private const string Weekly = "0 0 0 * * 0";
    private static readonly Dictionary<string, KeepBy> Templates = new(StringComparer.Ordinal)
    {
        ["latestPushedK"] = KeepBy.LatestPushed,
        ["latestPulledN"] = KeepBy.LatestPulled,
        ["nDaysSinceLastPush"] = KeepBy.PushedWithinDays,
        ["nDaysSinceLastPull"] = KeepBy.PulledWithinDays,
        ["always"] = KeepBy.Always,
    };

    /// <summary>Gets how many rules it has.</summary>
    public int Count => Rules.Count;

    private JsonArray Rules => Wire["rules"] as JsonArray ?? [];

    /// <summary>Gives a policy without rules for a Harbor project.</summary>
    public static RetentionPolicy None(long projectId) => new(null, new JsonObject
    {
        ["algorithm"] = "or",
        ["rules"] = new JsonArray(),
        ["trigger"] = new JsonObject { ["kind"] = "Schedule", ["settings"] = new JsonObject { ["cron"] = "" }, ["references"] = new JsonObject() },
        ["scope"] = new JsonObject { ["level"] = "project", ["ref"] = projectId },
    });

    /// <summary>Gives it in the words of the product.</summary>
    public Retention ToRetention() => new(ScheduleOf(Text(Wire["trigger"]?["settings"]?["cron"])), [.. Rules.OfType<JsonObject>().Select(Read)]);

    /// <summary>Gives it with one more rule.</summary>
    public RetentionPolicy With(KeepRule rule)
    {
        var copy = Wire.DeepClone().AsObject();
        if (copy["rules"] is not JsonArray rules)
        {
            copy["rules"] = rules = [];
        }

        rules.Add(Write(rule));
        return this with { Wire = copy };
    }

    /// <summary>Gives it without the rule, or null when it has no such one.</summary>
    public RetentionPolicy? Without(KeepRule rule)
    {
        var copy = Wire.DeepClone().AsObject();
        var rules = copy["rules"] as JsonArray;
        var found = rules?.OfType<JsonObject>().FirstOrDefault(r => Read(r) == rule);
        return found is not null && rules!.Remove(found) ? this with { Wire = copy } : null;
    }

    /// <summary>Gives it with another schedule.</summary>
    public RetentionPolicy At(RetentionSchedule schedule)
    {
        var copy = Wire.DeepClone().AsObject();
        var trigger = copy["trigger"] as JsonObject ?? [];
        trigger["kind"] = "Schedule";
        trigger["settings"] = new JsonObject { ["cron"] = schedule switch { RetentionSchedule.Daily => Daily, RetentionSchedule.Weekly => Weekly, _ => "" } };
        copy["trigger"] = trigger;
        return this with { Wire = copy };
    }

    private static RetentionSchedule ScheduleOf(string? cron) => cron switch
    {
        null or "" => RetentionSchedule.Never,
        Daily => RetentionSchedule.Daily,
        Weekly => RetentionSchedule.Weekly,
        _ => RetentionSchedule.Other,
    };

    private static KeepRule Read(JsonObject wire)
    {
        var template = Text(wire["template"]) ?? "";
        var repositories = Only(wire["scope_selectors"]?["repository"], "repoMatches");
        var tags = Only(wire["tag_selectors"], "matches");
        if (!Templates.TryGetValue(template, out var by) || repositories is null || tags is null || wire["disabled"]?.GetValueKind() is System.Text.Json.JsonValueKind.True)
        {
            return new(KeepBy.Other, 0, "", "", false) { Wire = wire.ToJsonString() };
        }

        var count = wire["params"]?[template] is JsonValue value && int.TryParse(value.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new(by, count, repositories.Value.Pattern, tags.Value.Pattern, tags.Value.Extras?.Contains("\"untagged\":true", StringComparison.Ordinal) == true);
    }

    private static (string Pattern, string? Extras)? Only(JsonNode? selectors, string decoration) =>
        selectors is JsonArray { Count: 1 } list && list[0] is JsonObject one && Text(one["decoration"]) == decoration && Text(one["pattern"]) is { } pattern
            ? (pattern, Text(one["extras"]))
            : null;

    private static JsonObject Write(KeepRule rule)
    {
        var template = Templates.First(t => t.Value == rule.By).Key;
        return new JsonObject
        {
            ["disabled"] = false,
            ["action"] = "retain",
            ["params"] = rule.By is KeepBy.Always ? new JsonObject() : new JsonObject { [template] = rule.Count },
            ["scope_selectors"] = new JsonObject { ["repository"] = new JsonArray(Selector("repoMatches", rule.Repositories)) },
            ["tag_selectors"] = new JsonArray(Selector("matches", rule.Tags, rule.WithUntagged ? "{\"untagged\":true}" : "{\"untagged\":false}")),
            ["template"] = template,
        };
    }

    /// <summary>Writes a selector.</summary>
    internal static JsonObject Selector(string decoration, string pattern, string? extras = null)
    {
        var selector = new JsonObject { ["kind"] = "doublestar", ["decoration"] = decoration, ["pattern"] = pattern };
        if (extras is not null)
        {
            selector["extras"] = extras;
        }

        return selector;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
