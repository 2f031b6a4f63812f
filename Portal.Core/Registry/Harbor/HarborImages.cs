using System.Collections.Immutable;
using System.Globalization;
using Portal.Core.Backends;

namespace Portal.Core.Registry.Harbor;

/// <inheritdoc />
internal sealed class HarborImages(HarborHttp http) : IHarborImages
{
    // A list in an address is not endless.
    private const int MostReferences = 20;

    private const string Reports = "application/vnd.security.vulnerability.report; version=1.1, application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0";

    public async Task<ImagePage<PublicProject>> ListPublicProjectsAsync(HarborLogin user, ImageQuery query, CancellationToken cancellationToken)
    {
        if (!IsName(query.Text))
        {
            return new([], 0);
        }

        var call = Paged("list public projects", "/projects", query, ("public", "true"), ("name", NullIfEmpty(query.Text)), ("sort", query.Sort is ImageSort.Name && !query.IsAscending ? "-name" : "name"));
        return await PageAsync<ProjectWire, PublicProject>(call, user, p => new(p.Name, p.RepoCount), cancellationToken).ConfigureAwait(false);
    }

    public async Task<ImagePage<Repository>> ListRepositoriesAsync(HarborLogin user, string project, ImageQuery query, CancellationToken cancellationToken)
    {
        if (!IsName(query.Text))
        {
            return new([], 0);
        }

        var sort = query.Sort switch { ImageSort.Name => "name", ImageSort.Pulls => "pull_count", _ => "update_time" };
        var call = Paged("list repositories", $"/projects/{Uri.EscapeDataString(project)}/repositories", query, ("q", Like("name", query.Text)), ("sort", Order(sort, query)));
        return await PageAsync<ImageWire.Repository, Repository>(call, user, r => r.ToRepository(), cancellationToken).ConfigureAwait(false);
    }

    public async Task<Repository?> FindRepositoryAsync(HarborLogin user, RepositoryName name, CancellationToken cancellationToken) =>
        (await http.FindAsync<ImageWire.Repository>(HarborHttp.Call(HttpMethod.Get, "get repository", Path(name)), user, cancellationToken).ConfigureAwait(false))?.ToRepository();

    public async Task<ImagePage<Artifact>> ListArtifactsAsync(HarborLogin user, RepositoryName name, ImageQuery query, CancellationToken cancellationToken)
    {
        var isDigest = query.Text.StartsWith("sha256:", StringComparison.Ordinal);
        if (!IsName(isDigest ? query.Text["sha256:".Length..] : query.Text))
        {
            return new([], 0);
        }

        var sort = query.Sort switch { ImageSort.Pulls => "pull_time", ImageSort.Size => "size", _ => "push_time" };
        var call = Paged(
            "list artifacts", Path(name) + "/artifacts", query,
            ("q", Like(isDigest ? "digest" : "tags", query.Text)), ("sort", Order(sort, query)), ("with_tag", "true"), ("with_label", "true"), ("with_scan_overview", "true"), ("with_accessory", "true"));
        return await PageAsync<ImageWire.Artifact, Artifact>(WithReports(call), user, a => a.ToArtifact(), cancellationToken).ConfigureAwait(false);
    }

    public async Task<Artifact?> FindArtifactAsync(HarborLogin user, RepositoryName name, string reference, CancellationToken cancellationToken)
    {
        var call = HarborHttp.Call(
            HttpMethod.Get, "get artifact", Path(name, reference), null, ("with_tag", "true"), ("with_label", "true"), ("with_scan_overview", "true"), ("with_accessory", "true"), ("with_sbom_overview", "true"));
        return (await http.FindAsync<ImageWire.Artifact>(WithReports(call), user, cancellationToken).ConfigureAwait(false))?.ToArtifact();
    }

    public async Task<VulnerabilityReport?> FindVulnerabilitiesAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken)
    {
        var call = HarborHttp.Call(HttpMethod.Get, "list vulnerabilities", Path(name, digest) + "/additions/vulnerabilities");
        var found = await http.FindAsync<Dictionary<string, ImageWire.Report>>(WithReports(call), user, cancellationToken).ConfigureAwait(false);
        return found?.Values.FirstOrDefault()?.ToReport();
    }

    public async Task<SoftwareBill?> FindBillAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken)
    {
        var call = HarborHttp.Call(HttpMethod.Get, "get bill of materials", Path(name, digest) + "/additions/sbom");
        try
        {
            return (await http.FindAsync<SpdxWire>(call, user, cancellationToken).ConfigureAwait(false))?.ToBill();
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Invalid)
        {
            // A Harbor before 2.11 knows no such addition.
            return null;
        }
    }

    public async Task<IReadOnlyList<BuildStep>> ListHistoryAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken)
    {
        var call = HarborHttp.Call(HttpMethod.Get, "list build history", Path(name, digest) + "/additions/build_history");
        var steps = await http.FindAsync<ImageWire.Step[]>(call, user, cancellationToken).ConfigureAwait(false);
        return [.. (steps ?? []).Select(s => s.ToStep())];
    }

    public async Task ScanAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken) =>
        await http.SendAsAsync(HarborHttp.Call(HttpMethod.Post, "scan", Path(name, digest) + "/scan"), user, cancellationToken).ConfigureAwait(false);

    public Task DeleteTagAsync(HarborLogin user, RepositoryName name, string digest, string tag, CancellationToken cancellationToken) =>
        DeleteAsync("delete tag", $"{Path(name, digest)}/tags/{Uri.EscapeDataString(tag)}", user, cancellationToken);

    public Task DeleteArtifactAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken) =>
        DeleteAsync("delete artifact", Path(name, digest), user, cancellationToken);

    public Task DeleteRepositoryAsync(HarborLogin user, RepositoryName name, CancellationToken cancellationToken) =>
        DeleteAsync("delete repository", Path(name), user, cancellationToken);

    public async Task<IReadOnlyList<ImagePush>> ListPushesAsync(HarborLogin user, RepositoryName name, IReadOnlyList<string> references, CancellationToken cancellationToken)
    {
        var resources = string.Join(' ', references.Take(MostReferences).Select(r => $"{name.Full}:{r}"));
        var call = HarborHttp.Call(
            HttpMethod.Get, "list pushes", $"/projects/{Uri.EscapeDataString(name.Project)}/logs", null,
            ("q", $"operation=create,resource_type=artifact,resource={{{resources}}}"), ("sort", "-op_time"), ("page_size", "100"));
        var entries = (await http.SendAsAsync(call, user, cancellationToken).ConfigureAwait(false)).Read<LogWire[]>();

        // A filter that is not understood gives everything.
        return [.. entries.Where(e => e is { Operation: "create", ResourceType: "artifact" } && references.Any(r => e.Resource == $"{name.Full}:{r}")).Select(e => new ImagePush(e.Username ?? "", null, e.OpTime))];
    }

    public async Task CopyAsync(RepositoryName from, string digest, RepositoryName to, CancellationToken cancellationToken) =>
        await http.SendAsync(HarborHttp.Call(HttpMethod.Post, "copy image", Path(to) + "/artifacts", null, ("from", $"{from.Full}@{digest}")), cancellationToken).ConfigureAwait(false);

    private async Task DeleteAsync(string operation, string path, HarborLogin user, CancellationToken cancellationToken)
    {
        try
        {
            await http.SendAsAsync(HarborHttp.Call(HttpMethod.Delete, operation, path), user, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            // Gone.
        }
    }

    private async Task<ImagePage<T>> PageAsync<TWire, T>(BackendCall call, HarborLogin user, Func<TWire, T> read, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsAsync(call, user, cancellationToken).ConfigureAwait(false);
        ImmutableArray<T> items = [.. answer.Read<TWire[]>().Select(read)];
        return new(items, long.TryParse(answer.Header("X-Total-Count"), CultureInfo.InvariantCulture, out var total) ? total : items.Length);
    }

    private static BackendCall Paged(string operation, string path, ImageQuery query, params ReadOnlySpan<(string Name, string? Value)> more) =>
        HarborHttp.Call(
            HttpMethod.Get, operation, path, null,
            [("page", Math.Max(1, query.Page).ToString(CultureInfo.InvariantCulture)), ("page_size", ImageQuery.PageSize.ToString(CultureInfo.InvariantCulture)), .. more]);

    private static BackendCall WithReports(BackendCall call) => call with { Headers = [.. call.Headers, ("X-Accept-Vulnerabilities", Reports)] };

    // The name in the project is one part of the path, so its slashes are encoded, and once more because the front proxy decodes once.
    private static string Path(RepositoryName name) =>
        $"/projects/{Uri.EscapeDataString(name.Project)}/repositories/{Uri.EscapeDataString(Uri.EscapeDataString(name.Name))}";

    private static string Path(RepositoryName name, string reference) => $"{Path(name)}/artifacts/{Uri.EscapeDataString(reference)}";

    // A filter that Harbor does not understand gives everything, and its own signs (, ~ = % [ { () mean something else: no name has them.
    private static bool IsName(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/');

    private static string? Like(string field, string text) => text.Length == 0 ? null : $"{field}=~{text}";

    private static string Order(string field, ImageQuery query) => query.IsAscending ? field : "-" + field;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private sealed record LogWire(string? Username, string? Resource, string? ResourceType, string? Operation, DateTimeOffset OpTime);

    private sealed record ProjectWire(string Name, long RepoCount);
}
