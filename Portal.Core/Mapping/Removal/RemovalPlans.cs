using System.Text.Json;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Removal;

/// <summary>The kind of plan that takes a place away. It has the subject of the plan that makes one: never both at once.</summary>
public static class RemovalPlans
{
    /// <summary>Kind of the plan.</summary>
    public const string Kind = "project-mapping-removal";

    internal static PlanRequest Request(RemovalInputs inputs, string name) =>
        new(Kind, MappingPlans.Subject(inputs.ProjectId), name, JsonSerializer.SerializeToElement(inputs, JsonSerializerOptions.Web));
}

/// <summary>Frozen inputs of a <see cref="RemovalPlans.Kind"/> plan.</summary>
/// <param name="ProjectId">Keystone project id.</param>
/// <param name="WithImages">Whether the name was typed, so that images go too.</param>
internal sealed record RemovalInputs(string ProjectId, bool WithImages);
