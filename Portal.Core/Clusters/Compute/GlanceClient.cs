using Portal.Core.Backends;

namespace Portal.Core.Clusters.Compute;

/// <summary>Speaks with Glance.</summary>
internal sealed class GlanceClient(BackendHttp http) : IGlanceClient
{
    public async Task<IReadOnlyList<ImageRef>> ListImagesAsync(Scope scope, CancellationToken cancellationToken)
    {
        var call = new BackendCall
        {
            Backend = "glance",
            Operation = "list images",
            Scope = scope,
            ServiceType = "image",
            Version = "v2",
            Path = "images",
            Query = [("status", "active"), ("limit", "200")],
        };
        var images = new List<ImageRef>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var next = call; next is not null && seen.Add(next.Path);)
        {
            var page = await http.GetAsync<ImagePage>(next, cancellationToken).ConfigureAwait(false);
            images.AddRange(page.Images.Select(i => new ImageRef(i.Id, i.Name ?? "", i.OsDistro)));
            // "/v2/images?marker=…": relative to the host, not to the endpoint.
            next = page.Next is { } path ? call with { Path = path.StartsWith("/v2/", StringComparison.Ordinal) ? path[4..] : path, Query = [] } : null;
        }

        return [.. images.OrderBy(i => i.Name, StringComparer.Ordinal)];
    }

    private sealed record ImagePage(IReadOnlyList<ImageBody> Images, string? Next);

    private sealed record ImageBody(string Id, string? Name, string? OsDistro);
}
