using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Backends;

namespace Portal.Core.Clusters.Heat;

/// <inheritdoc />
internal sealed class HeatStacks(BackendHttp http) : IHeatStacks
{
    public async Task<MadeStack?> FindAsync(Scope scope, string idOrName, CancellationToken cancellationToken)
    {
        // Heat redirects to name and id; the answer there is the stack.
        var found = await http.FindAsync<StackEnvelope>(HeatCall.Of(scope, "find stack", "stacks/" + Uri.EscapeDataString(idOrName)), cancellationToken).ConfigureAwait(false);
        return found?.Stack.ToStack();
    }

    public async Task<string> CreateAsync(Scope scope, NewStack stack, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["stack_name"] = stack.Name,
            ["template"] = stack.Template,
            ["files"] = Texts(stack.Files),
            ["parameters"] = Texts(stack.Parameters),
            ["tags"] = string.Join(',', stack.Tags),
            ["timeout_mins"] = stack.TimeoutMinutes,
            ["disable_rollback"] = true,
        };
        var call = HeatCall.Of(scope, "create stack", "stacks") with { Method = HttpMethod.Post, Body = body };
        return (await http.GetAsync<MadeEnvelope>(call, cancellationToken).ConfigureAwait(false)).Stack.Id;
    }

    public async Task DeleteAsync(Scope scope, MadeStack stack, CancellationToken cancellationToken)
    {
        var call = HeatCall.Of(scope, "delete stack", $"stacks/{Uri.EscapeDataString(stack.Name)}/{Uri.EscapeDataString(stack.Id)}") with { Method = HttpMethod.Delete };
        try
        {
            await http.SendAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            // Gone.
        }
    }

    private static JsonObject Texts(ImmutableDictionary<string, string> values) => new(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value)));

    private sealed record MadeEnvelope(MadeBody Stack);

    private sealed record MadeBody(string Id);

    private sealed record StackEnvelope(StackBody Stack);

    private sealed record StackBody(string Id, string StackName, string? StackStatus, string? StackStatusReason, IReadOnlyList<string>? Tags, IReadOnlyList<OutputBody>? Outputs)
    {
        public MadeStack ToStack() => new(Id, StackName, StackStatus ?? "", StackStatusReason ?? "")
        {
            Tags = [.. Tags ?? []],
            Outputs = (Outputs ?? []).Where(o => o is { OutputKey: not null, OutputValue: not null }).ToImmutableDictionary(o => o.OutputKey!, o => o.OutputValue!.Value),
        };
    }

    private sealed record OutputBody(string? OutputKey, JsonElement? OutputValue);
}
