using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Settings;

/// <inheritdoc />
internal sealed class ImageSettingsService(IRegistryPlaces places, IHarborSettings harbor, AuditedChange audited) : IImageSettings
{
    public async Task<ImageSettings> GetAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var place = await PlaceAsync(places, scope, cancellationToken).ConfigureAwait(false);
        return await harbor.GetAsync(place, cancellationToken).ConfigureAwait(false);
    }

    public Task SetPublicAsync(Scope scope, bool isPublic, CancellationToken cancellationToken) =>
        ChangeAsync(scope, isPublic ? "image.project.public" : "image.project.private", (place, _) => harbor.SetPublicAsync(place, isPublic, cancellationToken), cancellationToken);

    public Task SetScanningAsync(Scope scope, ScanSettings scanning, CancellationToken cancellationToken)
    {
        if (scanning.BlockedFrom is { } severity && !ScanSettings.Blockable.Contains(severity))
        {
            throw new ArgumentOutOfRangeException(nameof(scanning));
        }

        return ChangeAsync(
            scope, "image.project.scanning",
            (place, details) =>
            {
                details["on_push"] = scanning.OnPush ? "true" : "false";
                details["blocked_from"] = scanning.BlockedFrom?.ToString() ?? "nothing";
                return harbor.SetScanningAsync(place, scanning, cancellationToken);
            },
            cancellationToken);
    }

    public Task ProtectAsync(Scope scope, TagProtection protection, CancellationToken cancellationToken)
    {
        Demand(protection.Repositories, protection.Tags);
        return ChangeAsync(
            scope, "image.tags.protect",
            (place, details) =>
            {
                details["repositories"] = protection.Repositories;
                details["tags"] = protection.Tags;
                return harbor.ProtectAsync(place, protection, cancellationToken);
            },
            cancellationToken);
    }

    public Task UnprotectAsync(Scope scope, long id, CancellationToken cancellationToken) =>
        ChangeAsync(
            scope, "image.tags.unprotect",
            (place, details) =>
            {
                details["rule"] = id.ToString(CultureInfo.InvariantCulture);
                return harbor.UnprotectAsync(place, id, cancellationToken);
            },
            cancellationToken);

    /// <summary>Refuses what is no pattern; the form says so before.</summary>
    internal static void Demand(params string[] patterns)
    {
        if (Array.Find(patterns, p => !RegistryPattern.IsValid(p)) is { } wrong)
        {
            throw new BackendException(HarborHttp.Backend, "make a rule", BackendFailure.Invalid, $"{(wrong.Length > 40 ? wrong[..40] : wrong)} is no pattern of names");
        }
    }

    /// <summary>Gives the place of the scope's project.</summary>
    internal static async Task<RegistryPlace> PlaceAsync(IRegistryPlaces places, Scope scope, CancellationToken cancellationToken) =>
        await places.FindAsync(scope, cancellationToken).ConfigureAwait(false)
            ?? throw new BackendException(HarborHttp.Backend, "find the project's place", BackendFailure.NotFound, "the project has no place in Harbor yet");

    private Task<bool> ChangeAsync(Scope scope, string action, Func<RegistryPlace, Dictionary<string, string>, Task> change, CancellationToken cancellationToken) =>
        audited.RunAsync(scope, action, "registry/" + scope.ProjectId, async details =>
        {
            var place = await PlaceAsync(places, scope, cancellationToken).ConfigureAwait(false);
            details["name"] = place.HarborProject;
            await change(place, details).ConfigureAwait(false);
            return true;
        });
}
