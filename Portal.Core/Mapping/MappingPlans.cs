using System.Text.Json;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping;

/// <summary>The kind of plan that gives a project its place in Harbor.</summary>
public static class MappingPlans
{
    /// <summary>Kind of the plan.</summary>
    public const string Kind = "project-mapping";

    /// <summary>Kind of the plan that renews the credential which the project's clusters pull with.</summary>
    public const string PullRenewal = "pull-renewal";

    /// <summary>Gives the subject (the key of the lock).</summary>
    public static string Subject(string projectId) => "mapping/" + projectId;

    internal static PlanRequest Request(string projectId, string projectName, string kind = Kind) =>
        new(kind, Subject(projectId), projectName, JsonSerializer.SerializeToElement(new MappingInputs(projectId, projectName), JsonSerializerOptions.Web));
}

/// <summary>Frozen inputs of a <see cref="MappingPlans.Kind"/> plan.</summary>
/// <param name="ProjectId">Keystone project id.</param>
/// <param name="ProjectName">Keystone project name at that time; only a new name in Harbor is made of it.</param>
public sealed record MappingInputs(string ProjectId, string ProjectName);
