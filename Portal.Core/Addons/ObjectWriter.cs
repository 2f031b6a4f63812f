using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons;

/// <summary>How objects are applied.</summary>
/// <param name="Always">Whether also those are sent whose annotation says that they were: what a hand changed since keeps it.</param>
/// <param name="Overwrite">Keys of objects whose fields are taken from others.</param>
/// <param name="MayRecreate">Whether objects with fields that cannot be changed are deleted and made again.</param>
internal sealed record ApplyRules(bool Always, IReadOnlySet<string> Overwrite, bool MayRecreate)
{
    public static ApplyRules Gentle { get; } = new(false, new HashSet<string>(), false);
}

/// <summary>Sends one object to the cluster, and says in words what stands against it.</summary>
internal static partial class ObjectWriter
{
    private const int Looks = 50;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Applies an object by the rules.</summary>
    /// <exception cref="StepFailedException">Somebody else owns fields of it: a person decides.</exception>
    public static async Task<JsonObject> WriteAsync(IKubernetesApi api, JsonObject manifest, ApplyRules rules, CancellationToken cancellationToken)
    {
        var key = Key(manifest);
        try
        {
            var applied = await api.ApplyAsync(manifest.DeepClone().AsObject(), cancellationToken, force: rules.Overwrite.Contains(key)).ConfigureAwait(false);
            return applied["metadata"]?["deletionTimestamp"] is null ? applied
                : throw new BackendException("kubernetes", $"apply {key}", BackendFailure.Conflict, "It is being deleted.");
        }
        catch (BackendException e) when (Conflicts(e) is { Fields.Length: > 0 } conflicts)
        {
            throw new StepFailedException(
                Reason.Of("addon.field-conflict", ("object", key), ("managers", string.Join(", ", conflicts.Managers)), ("fields", string.Join(", ", conflicts.Fields))), Actor.Project, inner: e);
        }
        catch (BackendException e) when (rules.MayRecreate && IsImmutable(e))
        {
            return await RecreateAsync(api, manifest, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives kind, namespace and name.</summary>
    public static string Key(JsonObject o)
    {
        var space = o["metadata"]?["namespace"]?.GetValue<string>();
        return $"{o["kind"]} {(space is null ? "" : space + "/")}{o["metadata"]!["name"]}";
    }

    /// <summary>Reads who owns which fields from a refusal; empty when it was refused for something else.</summary>
    public static (ImmutableArray<string> Managers, ImmutableArray<string> Fields) Conflicts(BackendException e) => e.Failure is BackendFailure.Conflict && e.Answer is { } answer && answer.StartsWith("Apply failed", StringComparison.Ordinal)
        ? ([.. Manager().Matches(answer).Select(m => m.Groups[1].Value).Distinct()], [.. Field().Matches(answer).Select(m => m.Groups[1].Value).Distinct()])
        : ([], []);

    /// <summary>Says whether a refusal means that the field can only be set when the object is made.</summary>
    public static bool IsImmutable(BackendException e) => e.Failure is BackendFailure.Invalid && e.Answer is { } answer
        && (answer.Contains("immutable", StringComparison.Ordinal) || answer.Contains("are forbidden", StringComparison.Ordinal) || answer.Contains("cannot change roleRef", StringComparison.Ordinal));

    // A StatefulSet goes without its pods, which the new one takes over; volume claims never go with it.
    private static async Task<JsonObject> RecreateAsync(IKubernetesApi api, JsonObject manifest, CancellationToken cancellationToken)
    {
        var resource = KubernetesResource.Of(manifest);
        var (space, name) = (manifest["metadata"]!["namespace"]?.GetValue<string>(), manifest["metadata"]!["name"]!.GetValue<string>());
        var live = await api.FindAsync(resource, space, name, cancellationToken).ConfigureAwait(false);
        var isSameSelector = JsonNode.DeepEquals(live?["spec"]?["selector"], manifest["spec"]?["selector"]);
        await api.DeleteAsync(resource, space, name, cancellationToken, orphan: resource.Kind is "StatefulSet" && isSameSelector).ConfigureAwait(false);
        for (var look = 0; look < Looks; look++)
        {
            if (await api.FindAsync(resource, space, name, cancellationToken).ConfigureAwait(false) is null)
            {
                return await api.ApplyAsync(manifest.DeepClone().AsObject(), cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(BetweenLooks, cancellationToken).ConfigureAwait(false);
        }

        // The next attempt finds it gone, and makes it.
        throw new BackendException("kubernetes", $"make {resource.Kind} {name} again", BackendFailure.Conflict, "It is still being deleted.");
    }

    [GeneratedRegex("conflicts? with \"([^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Manager();

    [GeneratedRegex(@"(?:\n- |: )(\.\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex Field();
}
