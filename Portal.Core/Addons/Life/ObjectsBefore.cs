using System.Text.Json.Nodes;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Life;

/// <summary>An add-on's objects as they were before a change, kept in the step before anything is sent, so that undo can bring them back. Secrets and volume claims are not among them: no change touches those.</summary>
internal static class ObjectsBefore
{
    private const string Output = "before";

    // Written by controllers for themselves; applied, they would seem to be ours.
    private static readonly string[] OfControllers = ["deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation"];

    /// <summary>Keeps them, once.</summary>
    public static async Task KeepAsync(StepContext context, IKubernetesApi api, string addon, CancellationToken cancellationToken)
    {
        if (!context.Step.Outputs.ContainsKey(Output))
        {
            var before = await AddonInstaller.LeftOverAsync(api, addon, [], cancellationToken).ConfigureAwait(false);
            await context.KeepAsync(Output, new JsonArray([.. before.Select(Bare)]).ToJsonString(), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives what was kept, or null when the step stopped before that: then nothing was changed.</summary>
    public static IReadOnlyList<JsonObject>? Of(PlanStep step) =>
        step.Outputs.GetValueOrDefault(Output) is { } text ? [.. JsonNode.Parse(text)!.AsArray().OfType<JsonObject>()] : null;

    /// <summary>Brings them back, also over the fields of others: they were so. What came since goes.</summary>
    public static async Task RestoreAsync(IKubernetesApi api, string addon, IReadOnlyList<JsonObject> before, CancellationToken cancellationToken)
    {
        var rules = new ApplyRules(true, before.Select(ObjectWriter.Key).ToHashSet(StringComparer.Ordinal), true);
        await AddonInstaller.ApplyAsync(api, before, _ => Task.CompletedTask, cancellationToken, rules).ConfigureAwait(false);
        await AddonInstaller.PruneAsync(api, addon, before, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An object as it may be applied again: without what the API server keeps for itself.</summary>
    private static JsonObject Bare(JsonObject o)
    {
        var bare = o.DeepClone().AsObject();
        bare.Remove("status");
        var metadata = bare["metadata"]!.AsObject();
        foreach (var name in metadata.Select(m => m.Key).Where(k => k is not ("name" or "namespace" or "labels" or "annotations")).ToList())
        {
            metadata.Remove(name);
        }

        foreach (var name in OfControllers)
        {
            (metadata["annotations"] as JsonObject)?.Remove(name);
        }

        return bare;
    }
}
