using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Heat.Given;

/// <summary>Makes stacks of templates that somebody gives, and takes the signals of their instances.</summary>
internal sealed class GivenStacks(Cloud cloud, StackEngine engine, Func<string> address)
{
    private static readonly TimeSpan ConstraintPatience = TimeSpan.FromSeconds(1);

    /// <summary>Makes a stack; gives it, or how Heat refuses.</summary>
    public (Stack? Made, int Status, string Type, string Message) Create(JsonNode? body, TokenInfo token)
    {
        var name = body?["stack_name"]?.ToString() ?? "";
        if (!Regex.IsMatch(name, "^[A-Za-z][A-Za-z0-9_.-]*$", RegexOptions.None, ConstraintPatience))
        {
            return (null, 400, "StackValidationFailed", $"Invalid stack name {name} must contain only alphanumeric or \"_-.\" characters, must start with alpha and must be 255 characters or less.");
        }

        if (cloud.Stacks.Values.Any(s => s.Name == name && s.ProjectId == token.ProjectId && s is not { Action: "DELETE", State: "COMPLETE" }))
        {
            return (null, 409, "StackExists", $"The Stack ({name}) already exists.");
        }

        var stack = New(body!, name, token);
        var template = new GivenTemplate(stack, address());
        if (Wrong(template, stack, body!["parameters"] as JsonObject ?? []) is { } wrong)
        {
            return (null, 400, wrong.Type, wrong.Message);
        }

        engine.Begin(stack, template.Make(), cloud.Now);
        return (stack, 201, "", "");
    }

    /// <summary>Takes a signal of an instance; false when the token is not that stack's.</summary>
    public bool Signal(string stackId, string handle, string? token, JsonNode? body)
    {
        if (cloud.Stacks.GetValueOrDefault(stackId) is not { Given: { } given } stack || token != given.Token)
        {
            return false;
        }

        var signal = new GivenSignal(handle, body?["id"]?.ToString() ?? "1", body?["status"]?.ToString() ?? "SUCCESS", body?["reason"]?.ToString() ?? "", body?["data"]?.ToString() ?? "");
        given.Signals.RemoveAll(s => s.Handle == handle && s.Id == signal.Id);
        given.Signals.Add(signal);
        var template = new GivenTemplate(stack, address());
        stack.Resources.FindAll(r => r is { Type: "OS::Heat::WaitCondition", State: "IN_PROGRESS" } && template.HandleOf(r.Name) == handle).ForEach(r => r.Due = cloud.Now);
        return true;
    }

    private static Stack New(JsonNode body, string name, TokenInfo token) => new()
    {
        Id = Ids.Uuid(),
        Name = name,
        ProjectId = token.ProjectId!,
        Owner = token.UserName,
        StackUserProjectId = Ids.Hex(),
        TimeoutMinutes = body["timeout_mins"]?.GetValue<int>() ?? 60,
        State = "IN_PROGRESS",
        Reason = "Stack CREATE started",
        Given = new GivenStack
        {
            Template = body["template"] is JsonObject parsed ? parsed.ToJsonString() : body["template"]?.ToString() ?? "",
            Files = (body["files"] as JsonObject ?? []).ToDictionary(f => f.Key, f => f.Value?.ToString() ?? ""),
            Tags = [.. (body["tags"]?.ToString() ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            Token = "gAAAA-stack-" + Ids.Hex(),
        },
    };

    private (string Type, string Message)? Wrong(GivenTemplate template, Stack stack, JsonObject given)
    {
        if (given.FirstOrDefault(p => !template.Parameters.ContainsKey(p.Key)).Key is { } unknown)
        {
            return ("UnknownUserParameter", $"The Parameter ({unknown}) was not defined in template.");
        }

        foreach (var (name, body) in template.Parameters)
        {
            if (given[name] is null && body!["default"] is null)
            {
                return ("UserParameterMissing", $"The Parameter ({name}) was not provided.");
            }

            var value = (given[name] ?? body!["default"])!.ToString();
            stack.Parameters[name] = value;
            if ((body!["constraints"] as JsonArray ?? []).Select(c => Broken(c!, name, value)).FirstOrDefault(b => b is not null) is { } broken)
            {
                return ("StackValidationFailed", broken);
            }
        }

        return null;
    }

    private string? Broken(JsonNode constraint, string name, string value)
    {
        if (constraint["allowed_pattern"]?.ToString() is { } pattern && !Regex.IsMatch(value, $"^(?:{pattern})$", RegexOptions.None, ConstraintPatience))
        {
            return $"Parameter '{name}' is invalid: {constraint["description"] ?? $"\"{value}\" does not match pattern \"{pattern}\""}";
        }

        return constraint["custom_constraint"]?.ToString() switch
        {
            "glance.image" when cloud.FindImage(value) is null => $"Parameter '{name}' is invalid: Error validating value '{value}': No images matching {{'name': '{value}'}}.",
            "nova.flavor" when cloud.FindFlavor(value) is null => $"Parameter '{name}' is invalid: Error validating value '{value}': No Flavor matching {{'name': '{value}'}}. (HTTP 404)",
            _ => null,
        };
    }
}
