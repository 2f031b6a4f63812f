using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Heat;

/// <summary>Stacks, resources, events and outputs as Heat shows them.</summary>
internal sealed class StackViews(Cloud cloud, StackEngine engine, Func<string> address)
{
    private const string Description = "This template will boot a Kubernetes cluster with one or more minions (as specified by the number_of_minions parameter, which defaults to 1).\n";

    public string Href(Stack stack) => $"{address()}/v1/{stack.ProjectId}/stacks/{stack.Name}/{stack.Id}";

    public JsonObject List(IQueryCollection query, TokenInfo token)
    {
        var all = token.IsAdmin && IsTrue(query["global_tenant"]);
        var found = cloud.Stacks.Values.Where(s => (all || s.ProjectId == token.ProjectId) && (s.ParentId is null || IsTrue(query["show_nested"])) && s is not { Action: "DELETE", State: "COMPLETE" });
        foreach (var (key, pick) in new (string, Func<Stack, string>)[] { ("id", s => s.Id), ("name", s => s.Name), ("status", s => s.State), ("action", s => s.Action) })
        {
            found = Filter(found, query[key], pick);
        }

        var sort = query["sort_keys"].ToString();
        var ordered = sort switch
        {
            "name" or "stack_name" => found.OrderBy(s => s.Name, StringComparer.Ordinal),
            "status" or "stack_status" => found.OrderBy(s => s.Status, StringComparer.Ordinal),
            _ => found.OrderByDescending(s => s.Created),
        };
        var list = (query["sort_dir"] == (sort.Length == 0 ? "asc" : "desc") ? ordered.Reverse() : ordered).ToList();
        if (query["marker"].ToString() is { Length: > 0 } marker)
        {
            list = [.. list.SkipWhile(s => s.Id != marker).Skip(1)];
        }

        if (int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var limit))
        {
            list = [.. list.Take(limit)];
        }

        return new JsonObject { ["stacks"] = new JsonArray([.. list.Select(Short)]) };
    }

    /// <summary>Gives what is asked about one stack, or null and what is missing.</summary>
    public JsonNode? Of(Stack stack, string[] what, IQueryCollection query, out string? missing)
    {
        missing = null;
        switch (what)
        {
            case []:
                return new JsonObject { ["stack"] = Full(stack) };
            case ["resources"]:
                var depth = int.TryParse(query["nested_depth"], CultureInfo.InvariantCulture, out var given) ? given : 0;
                return new JsonObject { ["resources"] = new JsonArray([.. Resources(stack, depth, null, query).Select(r => (JsonNode?)r)]) };
            case ["resources", var name]:
                missing = $"The Resource ({name}) could not be found in Stack {stack.Name}.";
                return stack.Find(name) is { } resource ? new JsonObject { ["resource"] = One(stack, resource) } : null;
            case ["events"]:
                return new JsonObject { ["events"] = Events(stack, null, query) };
            case ["resources", var of, "events"]:
                return new JsonObject { ["events"] = Events(stack, of, query) };
            case ["outputs"]:
                return new JsonObject { ["outputs"] = Outputs(stack, false) };
            case ["outputs", var key]:
                missing = $"The Output ({key}) could not be found.";
                return Outputs(stack, true).FirstOrDefault(o => o!["output_key"]!.GetValue<string>() == key) is { } output ? new JsonObject { ["output"] = output.DeepClone() } : null;
            case ["template"]:
                return new JsonObject { ["heat_template_version"] = "queens", ["description"] = Description, ["resources"] = new JsonObject(stack.Resources.Select(r => KeyValuePair.Create(r.Name, (JsonNode?)new JsonObject { ["type"] = r.Type }))) };
            default:
                return null;
        }
    }

    private JsonObject Short(Stack stack) => new()
    {
        ["id"] = stack.Id,
        ["links"] = Links(("self", Href(stack))),
        ["stack_name"] = stack.Name,
        ["description"] = "",
        ["stack_status"] = stack.Status,
        ["stack_status_reason"] = stack.Reason,
        ["creation_time"] = Ids.ZuluTime(stack.Created),
        ["updated_time"] = Ids.ZuluTime(stack.Updated),
        ["deletion_time"] = Ids.ZuluTime(stack.Deleted),
        ["stack_owner"] = stack.Owner,
        ["parent"] = stack.ParentId,
        ["stack_user_project_id"] = stack.StackUserProjectId,
        ["tags"] = null,
    };

    private JsonObject Full(Stack stack) => new()
    {
        ["stack_name"] = stack.Name,
        ["id"] = stack.Id,
        ["links"] = Links(("self", Href(stack))),
        ["creation_time"] = Ids.ZuluTime(stack.Created),
        ["updated_time"] = Ids.ZuluTime(stack.Updated),
        ["deletion_time"] = Ids.ZuluTime(stack.Deleted),
        ["notification_topics"] = new JsonArray(),
        ["parameters"] = new JsonObject(stack.Parameters.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)(IsHidden(p.Key) ? "******" : p.Value)))),
        ["description"] = DescriptionOf(stack),
        ["template_description"] = DescriptionOf(stack),
        ["capabilities"] = new JsonArray(),
        ["disable_rollback"] = true,
        ["timeout_mins"] = stack.TimeoutMinutes,
        ["stack_owner"] = stack.Owner,
        ["parent"] = stack.ParentId,
        ["stack_user_project_id"] = stack.StackUserProjectId,
        ["tags"] = new JsonArray([.. (stack.Given?.Tags ?? []).Select(t => (JsonNode?)t)]),
        ["stack_status"] = stack.Status,
        ["stack_status_reason"] = stack.Reason,
        ["outputs"] = Outputs(stack, true),
    };

    private JsonArray Outputs(Stack stack, bool values) => stack.Given is null ? StackOutputs.List(engine, stack, values) : new Given.GivenTemplate(stack, address()).Outputs(values);

    private string DescriptionOf(Stack stack) => stack.Given is not null ? new Given.GivenTemplate(stack, address()).Description : stack.ParentId is null ? Description : "";

    private static bool IsHidden(string parameter) => parameter is "password" or "trustee_password";

    private IEnumerable<JsonObject> Resources(Stack stack, int depth, string? parent, IQueryCollection query)
    {
        var all = new List<(Stack Stack, StackResource Resource, string? Parent)>();
        Collect(stack, depth, parent, all);
        return all.Where(r => Matches(query["status"], r.Resource.State) && Matches(query["action"], r.Resource.Action)
                && Matches(query["name"], r.Resource.Name) && Matches(query["type"], r.Resource.Type) && Matches(query["id"], r.Resource.PhysicalId))
            .Select(r => Row(r.Stack, r.Resource, r.Parent));
    }

    private void Collect(Stack stack, int depth, string? parent, List<(Stack, StackResource, string?)> all)
    {
        all.AddRange(stack.Resources.Select(r => (stack, r, parent)));
        if (depth > 0)
        {
            foreach (var resource in stack.Resources)
            {
                if (resource.NestedId is { } id && cloud.Stacks.TryGetValue(id, out var nested))
                {
                    Collect(nested, depth - 1, resource.Name, all);
                }
            }
        }
    }

    private JsonObject Row(Stack stack, StackResource resource, string? parent)
    {
        var row = new JsonObject
        {
            ["updated_time"] = Ids.ZuluTime(resource.Updated),
            ["creation_time"] = Ids.ZuluTime(resource.Created),
            ["logical_resource_id"] = resource.Name,
            ["resource_name"] = resource.Name,
            ["physical_resource_id"] = resource.PhysicalId,
            ["resource_status"] = resource.Status,
            ["resource_status_reason"] = resource.Reason,
            ["resource_type"] = resource.Type,
            ["links"] = ResourceLinks(stack, resource),
            ["required_by"] = new JsonArray([.. resource.RequiredBy.Select(n => (JsonNode?)n)]),
        };
        if (parent is not null)
        {
            row["parent_resource"] = parent;
        }

        return row;
    }

    private JsonObject One(Stack stack, StackResource resource)
    {
        var row = Row(stack, resource, null);
        row["description"] = "";
        row["attributes"] = new JsonObject();
        return row;
    }

    private JsonArray ResourceLinks(Stack stack, StackResource resource)
    {
        var links = Links(("self", $"{Href(stack)}/resources/{resource.Name}"), ("stack", Href(stack)));
        if (resource.NestedId is { } id && cloud.Stacks.TryGetValue(id, out var nested))
        {
            links.Add(new JsonObject { ["href"] = Href(nested), ["rel"] = "nested" });
        }

        return links;
    }

    private JsonArray Events(Stack stack, string? resource, IQueryCollection query)
    {
        var depth = int.TryParse(query["nested_depth"], CultureInfo.InvariantCulture, out var given) ? given : 0;
        var stacks = new List<Stack> { stack };
        for (var level = stacks; depth > 0 && level.Count > 0; depth--)
        {
            level = [.. level.SelectMany(s => s.Resources).Where(r => r.NestedId is not null && cloud.Stacks.ContainsKey(r.NestedId)).Select(r => cloud.Stacks[r.NestedId!])];
            stacks.AddRange(level);
        }

        var found = stacks.SelectMany(s => s.Events.Select((e, i) => (Stack: s, Event: e, Index: i)))
            .Where(e => (resource is null || e.Event.Resource == resource) && Matches(query["resource_status"], e.Event.Status))
            .OrderBy(e => e.Event.At).ThenBy(e => e.Index).ToList();
        if (query["sort_dir"] != "asc")
        {
            found.Reverse();
        }

        if (query["marker"].ToString() is { Length: > 0 } marker)
        {
            found = [.. found.SkipWhile(e => e.Event.Id != marker).Skip(1)];
        }

        var limit = int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var asked) ? asked : int.MaxValue;
        return new JsonArray([.. found.Take(limit).Select(e => Event(e.Stack, e.Event, stack))]);
    }

    private JsonObject Event(Stack stack, StackEvent at, Stack root)
    {
        var resource = $"{Href(stack)}/resources/{at.Resource}";
        var links = Links(("self", $"{resource}/events/{at.Id}"), ("resource", resource), ("stack", Href(stack)));
        if (stack != root)
        {
            links.Add(new JsonObject { ["href"] = Href(engine.Root(stack)), ["rel"] = "root_stack" });
        }

        return new JsonObject
        {
            ["id"] = at.Id,
            ["links"] = links,
            ["event_time"] = Ids.ZuluTime(at.At),
            ["logical_resource_id"] = at.Resource,
            ["resource_name"] = at.Resource,
            ["physical_resource_id"] = at.PhysicalId,
            ["resource_status"] = at.Status,
            ["resource_status_reason"] = at.Reason,
        };
    }

    private static JsonArray Links(params (string Rel, string Href)[] links) =>
        new([.. links.Select(l => (JsonNode?)new JsonObject { ["href"] = l.Href, ["rel"] = l.Rel })]);

    private static bool IsTrue(StringValues value) => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase) || value == "1";

    private static bool Matches(StringValues wanted, string value) => wanted.Count == 0 || wanted.Contains(value);

    private static IEnumerable<Stack> Filter(IEnumerable<Stack> stacks, StringValues wanted, Func<Stack, string> pick) =>
        wanted.Count == 0 ? stacks : stacks.Where(s => wanted.Contains(pick(s)));
}
