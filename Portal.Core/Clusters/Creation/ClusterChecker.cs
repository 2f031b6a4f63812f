using Portal.Core.Backends;
using Portal.Core.Clusters.Watching;

namespace Portal.Core.Clusters.Creation;

/// <summary>Checks what was typed. A backend that does not answer is named, and what it would have told is not guessed.</summary>
internal sealed class ClusterChecker(IClusterOffer offer, ClusterPoller poller)
{
    public async Task<ClusterCheck> CheckAsync(Scope scope, ClusterSpec spec, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var choices = await ChoicesAsync(scope, cancellationToken).ConfigureAwait(false);
        var needs = ClusterNeeds.Of(spec, choices);
        var errors = ClusterRules.Check(spec, choices).Concat(needs.Where(n => n.Fits == false).Select(TooMuch));
        return new ClusterCheck([.. errors], needs, choices.Missing);
    }

    private static FieldError TooMuch(QuotaNeed need) => FieldError.Of(
        "",
        "quota-too-small",
        ("resource", need.Resource),
        ("needed", Text(need.Needed)),
        ("left", Text(need.Quota!.Left ?? 0)),
        ("limit", Text(need.Quota.Limit ?? 0)));

    private async Task<ClusterChoices> ChoicesAsync(Scope scope, CancellationToken cancellationToken)
    {
        var missing = new List<ClusterProblem>();
        var templates = TryAsync(offer.ListTemplatesAsync(scope, cancellationToken), missing);
        var keypairs = TryAsync(offer.ListKeypairsAsync(scope, cancellationToken), missing);
        var flavors = TryAsync(offer.ListFlavorsAsync(scope, cancellationToken), missing);
        var networks = TryAsync(offer.ListNetworksAsync(scope, cancellationToken), missing);
        var images = TryAsync(offer.ListImagesAsync(scope, cancellationToken), missing);
        var room = TryAsync(offer.GetRoomAsync(scope, cancellationToken), missing);
        await Task.WhenAll(templates, keypairs, flavors, networks, images, room).ConfigureAwait(false);
        return new ClusterChoices
        {
            Templates = await templates.ConfigureAwait(false),
            Keypairs = await keypairs.ConfigureAwait(false),
            Flavors = await flavors.ConfigureAwait(false),
            Networks = await networks.ConfigureAwait(false),
            Images = await images.ConfigureAwait(false),
            Room = await room.ConfigureAwait(false),
            Names = [.. poller.Board(scope.Region).Rows(scope.ProjectId).Select(r => r.Cluster.Name)],
            Missing = [.. missing.Concat((await room.ConfigureAwait(false))?.Missing ?? []).DistinctBy(m => m.Backend).OrderBy(m => m.Backend, StringComparer.Ordinal)],
        };
    }

    private static async Task<T?> TryAsync<T>(Task<T> read, List<ClusterProblem> missing)
        where T : class
    {
        try
        {
            return await read.ConfigureAwait(false);
        }
        catch (BackendException e)
        {
            lock (missing)
            {
                missing.Add(ClusterProblem.Of(e));
            }

            return null;
        }
    }

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
