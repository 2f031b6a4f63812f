using System.Collections.Immutable;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters;

/// <summary>A label as it was typed: nothing is lower-cased, split or trimmed.</summary>
/// <param name="Key">Key.</param>
/// <param name="Value">Value.</param>
public sealed record ClusterLabel(string Key, string Value);

/// <summary>What the wizard asks. A null leaves the choice to the template.</summary>
public sealed record ClusterSpec
{
    /// <summary>Gets the name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the cluster template's id.</summary>
    public string TemplateId { get; init; } = "";

    /// <summary>Gets the number of workers.</summary>
    public int NodeCount { get; init; } = 1;

    /// <summary>Gets the number of masters.</summary>
    public int MasterCount { get; init; } = 1;

    /// <summary>Gets the person's keypair, or null.</summary>
    public string? Keypair { get; init; }

    /// <summary>Gets the workers' flavor, id or name, or null.</summary>
    public string? FlavorId { get; init; }

    /// <summary>Gets the masters' flavor, id or name, or null.</summary>
    public string? MasterFlavorId { get; init; }

    /// <summary>Gets the private network, id or name, or null.</summary>
    public string? FixedNetwork { get; init; }

    /// <summary>Gets the private subnet, id or name, or null.</summary>
    public string? FixedSubnet { get; init; }

    /// <summary>Gets the size of each node's volume for images in GiB, or null.</summary>
    public int? DockerVolumeSize { get; init; }

    /// <summary>Gets the labels as typed, in the order typed.</summary>
    public ImmutableArray<ClusterLabel> Labels { get; init; } = [];

    /// <summary>Gets whether the labels are put over the template's; otherwise they replace all of them.</summary>
    public bool MergeLabels { get; init; } = true;

    /// <summary>Gets how long creation may take (whole minutes).</summary>
    public TimeSpan CreateTimeout { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Gets the add-on profile's name.</summary>
    public string Profile { get; init; } = "default";
}

/// <summary>Something to correct in a form.</summary>
/// <param name="Field">Name of the <see cref="ClusterSpec"/>'s property, <c>Labels[2].Key</c> for a label, or empty for the whole form.</param>
/// <param name="Code">Code of its sentence: <c>name-pattern</c>, <c>keypair-not-yours</c>, <c>magnum</c> (argument <c>message</c>).</param>
/// <param name="Arguments">Named values of the sentence.</param>
public sealed record FieldError(string Field, string Code, ImmutableDictionary<string, string> Arguments)
{
    /// <summary>Gets whether it only warns: the cluster can be created all the same.</summary>
    public bool IsWarning { get; init; }

    /// <summary>Makes an error from name and value pairs.</summary>
    public static FieldError Of(string field, string code, params (string Name, string Value)[] arguments) =>
        new(field, code, arguments.ToImmutableDictionary(a => a.Name, a => a.Value));
}

/// <summary>What a cluster would take of a resource.</summary>
/// <param name="Resource">Same key as <see cref="ProjectQuota.Resource"/>.</param>
/// <param name="Needed">How much it takes.</param>
/// <param name="Quota">What the project has, or null when it could not be read.</param>
public sealed record QuotaNeed(string Resource, long Needed, ProjectQuota? Quota)
{
    /// <summary>Gets whether it fits, or null when that cannot be known.</summary>
    public bool? Fits => Quota is null ? null : Quota.Left is not { } left || Needed <= left;
}

/// <summary>The result of checking a <see cref="ClusterSpec"/>.</summary>
/// <param name="Errors">What is to be corrected, and warnings.</param>
/// <param name="Needs">What it would take of the project's room.</param>
/// <param name="Missing">What could not be checked, because a backend did not answer.</param>
public sealed record ClusterCheck(ImmutableArray<FieldError> Errors, ImmutableArray<QuotaNeed> Needs, ImmutableArray<ClusterProblem> Missing)
{
    /// <summary>Gets whether it can be sent to Magnum.</summary>
    public bool IsValid => Errors.All(e => e.IsWarning);
}

/// <summary>What was typed has something to correct.</summary>
public sealed class ClusterInvalidException(ImmutableArray<FieldError> errors) : Exception($"{errors.Length} field errors: {string.Join(", ", errors.Select(e => $"{e.Field} {e.Code}"))}")
{
    /// <summary>Gets what is to be corrected.</summary>
    public ImmutableArray<FieldError> Errors { get; } = errors;
}

/// <summary>The action is not possible now.</summary>
public sealed class ClusterActionException(Reason whyNot) : Exception(whyNot.Code)
{
    /// <summary>Gets why not.</summary>
    public Reason WhyNot { get; } = whyNot;
}

/// <summary>A cluster whose creation began.</summary>
/// <param name="ClusterId">Magnum's uuid.</param>
/// <param name="PlanId">The plan that initialises it.</param>
public sealed record CreatedCluster(string ClusterId, string PlanId);
