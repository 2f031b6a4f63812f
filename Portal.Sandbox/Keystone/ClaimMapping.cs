using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Keystone;

/// <summary>What the rules make of an assertion.</summary>
internal sealed record MappedUser(string Name, string? Email)
{
    public List<(string Name, string? DomainName, string? DomainId)> Groups { get; } = [];

    public List<string> GroupIds { get; } = [];
}

/// <summary>Keystone's mapping engine: remote conditions, values by position, local user and groups.</summary>
internal static class ClaimMapping
{
    /// <summary>Gives the mapped user, or null when no rule matches.</summary>
    public static MappedUser? Apply(JsonArray rules, IReadOnlyDictionary<string, string> assertion)
    {
        MappedUser? mapped = null;
        foreach (var rule in rules.OfType<JsonObject>())
        {
            if (Remote(rule.List("remote"), assertion) is not { } values)
            {
                continue;
            }

            var locals = rule.List("local")?.OfType<JsonObject>().ToList() ?? [];
            if (mapped is null && locals.Select(l => l.Object("user")).FirstOrDefault(u => u is not null) is { } user)
            {
                var name = Fill(user.Text("name") ?? user.Text("id"), values);
                mapped = string.IsNullOrEmpty(name) ? null : new MappedUser(name, user.Text("email") is { } email ? Fill(email, values) : null);
            }

            if (mapped is not null)
            {
                AddGroups(mapped, locals, values);
            }
        }

        return mapped;
    }

    private static List<List<string>>? Remote(JsonArray? remote, IReadOnlyDictionary<string, string> assertion)
    {
        var values = new List<List<string>>();
        foreach (var condition in remote?.OfType<JsonObject>() ?? [])
        {
            if (!assertion.TryGetValue(condition.Text("type") ?? "", out var text))
            {
                return null;
            }

            var given = text.Split(';').Select(v => v.Trim()).ToList();
            var regex = condition.Flag("regex") == true;
            if (condition.List("any_one_of") is { } any)
            {
                if (!given.Exists(v => IsIn(any, v, regex)))
                {
                    return null;
                }
            }
            else if (condition.List("not_any_of") is { } none)
            {
                if (given.Exists(v => IsIn(none, v, regex)))
                {
                    return null;
                }
            }
            else
            {
                // Only conditions without a test take a place for {0}, {1} …
                values.Add(Filter(condition, given, regex));
            }
        }

        return values;
    }

    private static List<string> Filter(JsonObject condition, List<string> given, bool regex)
    {
        if (condition.List("whitelist") is { } white)
        {
            return [.. given.Where(v => IsIn(white, v, regex))];
        }

        return condition.List("blacklist") is { } black ? [.. given.Where(v => !IsIn(black, v, regex))] : given;
    }

    private static bool IsIn(JsonArray list, string value, bool regex) => list.Texts().Any(t =>
        regex ? Regex.IsMatch(value, t, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) : t == value);

    private static void AddGroups(MappedUser mapped, List<JsonObject> locals, List<List<string>> values)
    {
        foreach (var local in locals)
        {
            if (local.Object("group") is { } group)
            {
                if (group.Text("id") is { } id)
                {
                    mapped.GroupIds.Add(Fill(id, values));
                }
                else
                {
                    mapped.Groups.Add((Fill(group.Text("name"), values), group.Object("domain").Text("name"), group.Object("domain").Text("id")));
                }
            }

            foreach (var name in Each(local.Text("groups"), values))
            {
                mapped.Groups.Add((name, local.Object("domain").Text("name"), local.Object("domain").Text("id")));
            }

            mapped.GroupIds.AddRange(Each(local.Text("group_ids"), values));
        }
    }

    private static IEnumerable<string> Each(string? pattern, List<List<string>> values)
    {
        if (pattern is null)
        {
            return [];
        }

        var place = Regex.Match(pattern, @"^\{(\d+)\}$");
        return place.Success && int.TryParse(place.Groups[1].ValueSpan, out var i) && i < values.Count
            ? values[i].Where(v => v.Length > 0)
            : [Fill(pattern, values)];
    }

    private static string Fill(string? pattern, List<List<string>> values) => Regex.Replace(pattern ?? "", @"\{(\d+)\}", match =>
        int.TryParse(match.Groups[1].ValueSpan, out var i) && i < values.Count ? string.Join(';', values[i]) : "");
}
