using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Registry.Creation;

/// <summary>The kinds of plan that make a Harbor and take it away. Both need <see cref="Capability.Administer"/>.</summary>
public static class HarborPlans
{
    /// <summary>Makes one through Heat, or puts a new instance on the volume of the one that is there.</summary>
    public const string Create = "harbor-create";

    /// <summary>Takes the stack away; the volume stays.</summary>
    public const string Delete = "harbor-delete";

    /// <summary>The subject (the key of the lock): the portal works with one Harbor.</summary>
    public const string Subject = "harbor";

    internal static PlanRequest Request(string kind, string name, object inputs) =>
        new(kind, Subject, name, JsonSerializer.SerializeToElement(inputs, inputs.GetType(), JsonSerializerOptions.Web));
}

/// <summary>Frozen inputs of a <see cref="HarborPlans.Create"/> plan.</summary>
/// <param name="Spec">What is asked for.</param>
/// <param name="ReplacedStack">Id of the stack whose volume the new one takes over (an upgrade), or null.</param>
public sealed record HarborCreateInputs(HarborSpec Spec, string? ReplacedStack);

/// <summary>Frozen inputs of a <see cref="HarborPlans.Delete"/> plan.</summary>
/// <param name="Stack">Id of the stack.</param>
/// <param name="Name">Its name.</param>
/// <param name="Volume">The volume that stays, or null when none was known.</param>
public sealed record HarborDeleteInputs(string Stack, string Name, string? Volume);
