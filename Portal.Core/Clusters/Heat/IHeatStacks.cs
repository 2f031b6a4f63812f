using System.Collections.Immutable;
using System.Text.Json;
using Portal.Core.Backends;

namespace Portal.Core.Clusters.Heat;

/// <summary>Stacks that the portal itself makes of a template, in domain words. Throws <see cref="BackendException"/>.</summary>
public interface IHeatStacks
{
    /// <summary>Gives a stack by its id or name, or null; one that was deleted is still found by its id for a while.</summary>
    Task<MadeStack?> FindAsync(Scope scope, string idOrName, CancellationToken cancellationToken);

    /// <summary>Makes a stack and gives its id; <see cref="BackendFailure.Conflict"/> when the name is taken. Heat works on after the answer.</summary>
    Task<string> CreateAsync(Scope scope, NewStack stack, CancellationToken cancellationToken);

    /// <summary>Begins to delete a stack; one that is gone is fine.</summary>
    Task DeleteAsync(Scope scope, MadeStack stack, CancellationToken cancellationToken);
}

/// <summary>What a stack is made of.</summary>
/// <param name="Name">Name, unique in the project.</param>
/// <param name="Template">The template, YAML.</param>
/// <param name="Files">What the template's <c>get_file</c> names.</param>
/// <param name="Parameters">Values; those that are not given have the template's defaults. No secret.</param>
/// <param name="Tags">What it is known by again.</param>
/// <param name="TimeoutMinutes">How long Heat works at it.</param>
public sealed record NewStack(
    string Name, string Template, ImmutableDictionary<string, string> Files, ImmutableDictionary<string, string> Parameters, ImmutableArray<string> Tags, int TimeoutMinutes);

/// <summary>A stack as Heat has it.</summary>
/// <param name="Id">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="Status">Heat's word: <c>CREATE_IN_PROGRESS</c>.</param>
/// <param name="StatusReason">Heat's sentence, may be empty.</param>
public sealed record MadeStack(string Id, string Name, string Status, string StatusReason)
{
    /// <summary>Gets its tags.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Gets its outputs; empty ones are left out.</summary>
    public ImmutableDictionary<string, JsonElement> Outputs { get; init; } = ImmutableDictionary<string, JsonElement>.Empty;

    /// <summary>Gets whether it is gone.</summary>
    public bool IsDeleted => Status == "DELETE_COMPLETE";

    /// <summary>Gives an output that is a text, or null.</summary>
    public string? Text(string output) => Outputs.TryGetValue(output, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
