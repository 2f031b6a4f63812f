using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Addons.Health;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Addons.Life;

/// <summary>Asks a cluster's API what applying a release, or removing an add-on, would do: server-side apply with dryRun=All.</summary>
internal sealed class AddonComparison(IKubernetesApi api, string addon)
{
    /// <summary>Compares a release with the cluster.</summary>
    public async Task<ImmutableArray<ObjectDiff>> ApplyAsync(IReadOnlyList<JsonObject> objects, CancellationToken cancellationToken)
    {
        var diffs = ImmutableArray.CreateBuilder<ObjectDiff>();
        foreach (var manifest in objects)
        {
            diffs.Add(await OneAsync(manifest, cancellationToken).ConfigureAwait(false));
        }

        foreach (var gone in await AddonInstaller.LeftOverAsync(api, addon, objects, cancellationToken).ConfigureAwait(false))
        {
            diffs.Add(Plain(gone, ObjectChange.Delete));
        }

        return diffs.ToImmutable();
    }

    /// <summary>Lists what goes and what stays when the add-on is removed.</summary>
    public async Task<ImmutableArray<ObjectDiff>> RemoveAsync(CancellationToken cancellationToken)
    {
        var gone = await AddonInstaller.LeftOverAsync(api, addon, [], cancellationToken).ConfigureAwait(false);
        var kept = new List<JsonObject>(await ListAsync("Secret", null, $"container-platform/addon={addon}", cancellationToken).ConfigureAwait(false));
        foreach (var set in gone.Where(o => o["kind"]?.GetValue<string>() is "StatefulSet"))
        {
            var selector = string.Join(",", set["spec"]?["selector"]?["matchLabels"]?.AsObject().Select(l => $"{l.Key}={l.Value}") ?? []);
            kept.AddRange(await ListAsync("PersistentVolumeClaim", set["metadata"]!["namespace"]!.GetValue<string>(), selector, cancellationToken).ConfigureAwait(false));
        }

        return [.. gone.Select(o => Plain(o, ObjectChange.Delete)), .. kept.Select(o => Plain(o, ObjectChange.Keep))];
    }

    private static ObjectDiff Plain(JsonObject o, ObjectChange change) => new(ObjectWriter.Key(o), change, [], [], [], null, null);

    private async Task<IEnumerable<JsonObject>> ListAsync(string kind, string? space, string selector, CancellationToken cancellationToken)
    {
        var found = await api.ListAsync(KubernetesResource.Of("v1", kind), space, cancellationToken, labelSelector: selector).ConfigureAwait(false);
        return found.Select(o => { o["kind"] = kind; return o; });
    }

    private async Task<ObjectDiff> OneAsync(JsonObject manifest, CancellationToken cancellationToken)
    {
        var live = await api.FindAsync(KubernetesResource.Of(manifest), AddonObjects.Space(manifest), manifest["metadata"]!["name"]!.GetValue<string>(), cancellationToken).ConfigureAwait(false);
        if (live is null || live["metadata"]?["deletionTimestamp"] is not null)
        {
            return Plain(manifest, ObjectChange.Create);
        }

        var hands = AddonHealthCheck.HandsOn(live);
        var diff = Plain(manifest, ObjectChange.None) with { TouchedBy = hands?.Arguments["by"], TouchedAt = hands is null ? null : At(hands.Arguments["at"]) };
        try
        {
            return Changed(diff, live, await DryRunAsync(manifest, force: false, cancellationToken).ConfigureAwait(false));
        }
        catch (BackendException e) when (ObjectWriter.Conflicts(e) is { Fields.Length: > 0 } conflicts)
        {
            var forced = Changed(diff, live, await DryRunAsync(manifest, force: true, cancellationToken).ConfigureAwait(false));
            return forced with { Managers = conflicts.Managers, ConflictingFields = conflicts.Fields };
        }
        catch (BackendException e) when (ObjectWriter.IsImmutable(e))
        {
            return diff with { Change = ObjectChange.Recreate, Fields = FieldChanges.Wanted(live, manifest) };
        }
    }

    private Task<JsonObject> DryRunAsync(JsonObject manifest, bool force, CancellationToken cancellationToken) =>
        api.ApplyAsync(manifest.DeepClone().AsObject(), cancellationToken, force, dryRun: true);

    private static ObjectDiff Changed(ObjectDiff diff, JsonObject live, JsonObject after)
    {
        var fields = FieldChanges.Between(live, after);
        return diff with { Fields = fields, Change = fields.IsEmpty ? ObjectChange.None : ObjectChange.Change };
    }

    private static DateTimeOffset? At(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
}
