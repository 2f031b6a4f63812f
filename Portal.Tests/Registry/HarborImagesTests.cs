using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Portal.Core.Backends;
using Portal.Core.Registry;
using Portal.Core.Registry.Harbor;
using Portal.Tests.Clusters;
using Portal.Tests.Support;

namespace Portal.Tests.Registry;

/// <summary>What a real Harbor answered, as it was recorded, and what it was asked.</summary>
public sealed class HarborImagesTests
{
    private static readonly HarborLogin User = new("team-a-user", "Example-Passw0rd-1");
    private static readonly RepositoryName App = new("team-a", "app");

    [SkippableFact]
    public async Task Artifact_Scanned_IsReadWhole()
    {
        var artifact = (await AskAsync("artifact-scan-overview-success-200", h => h.FindArtifactAsync(User, App, "v1", default)))!;

        Assert.Equal(("IMAGE", 21303L, "linux/amd64", "Example Author <author@example.test>"), (artifact.Type, artifact.Size, artifact.Platform, artifact.Author));
        Assert.Null(artifact.PulledAt);
        Assert.Equal("v1", Assert.Single(artifact.Tags).Name);
        Assert.Empty(artifact.Labels);
        Assert.Equal((ScanState.Done, 3, 2, "LabScan 1.0.0"), (artifact.Scan!.State, artifact.Scan.Total, artifact.Scan.Fixable, artifact.Scan.Scanner));
        Assert.Equal(1, artifact.Scan.Counts[Severity.Critical]);
    }

    [SkippableTheory]
    [InlineData("artifact-scan-overview-pending-200", ScanState.Pending)]
    [InlineData("artifact-get-by-tag-200", null)]
    public async Task Artifact_NotYetScanned_SaysSo(string recording, ScanState? state)
    {
        var artifact = await AskAsync(recording, h => h.FindArtifactAsync(User, App, "v1", default));

        Assert.Equal(state, artifact!.Scan?.State);
        Assert.Null(artifact.Scan?.EndedAt);
    }

    [SkippableFact]
    public async Task Vulnerabilities_AreTheWorstFirst_AndWithoutAFixItIsNull()
    {
        var report = await AskAsync("artifact-vulnerabilities-200", h => h.FindVulnerabilitiesAsync(User, App, "sha256:7", default));

        Assert.Equal([Severity.Critical, Severity.High, Severity.Low], report!.Findings.Select(f => f.Severity));
        Assert.Equal(("CVE-2024-0001", "openssl", "1.1.1k", "1.1.1w", 9.8), (report.Findings[0].Id, report.Findings[0].Package, report.Findings[0].Version, report.Findings[0].FixVersion, report.Findings[0].Score));
        Assert.Null(report.Findings[2].FixVersion);
    }

    [SkippableFact]
    public async Task Vulnerabilities_NeverLookedFor_AreNull() =>
        Assert.Null(await AskAsync("artifact-vulnerabilities-not-scanned-404", h => h.FindVulnerabilitiesAsync(User, App, "sha256:7", default)));

    [SkippableFact]
    public async Task History_IsInItsOrder()
    {
        var steps = await AskAsync("artifact-build-history-200", h => h.ListHistoryAsync(User, App, "v1", default));

        Assert.Equal([("COPY app /app # demo", false), ("CMD [\"/app/run\"]", true)], steps.Select(s => (s.Command, s.IsEmpty)));
    }

    [Fact]
    public async Task Bill_OfSpdx_IsReadByName_AndWhatIsNotKnownIsNull()
    {
        const string bill = """
            {"spdxVersion":"SPDX-2.3","creationInfo":{"created":"2026-11-01T00:00:00Z","creators":["Organization: x","Tool: trivy-0.66.0"]},
             "packages":[{"name":"zlib","versionInfo":"1.3","licenseConcluded":"NOASSERTION","licenseDeclared":"Zlib"},{"name":"app","versionInfo":"","licenseConcluded":"NONE"}]}
            """;
        var asked = "";
        await using var server = await SmallServer.StartAsync(http =>
        {
            asked = http.Request.Path;
            return SmallServer.JsonAsync(http, 200, bill);
        });
        await using var connection = new HarborConnection(server.Url);

        var read = await connection.Images.FindBillAsync(User, App, "sha256:7", default);

        Assert.EndsWith("/artifacts/sha256:7/additions/sbom", asked, StringComparison.Ordinal);
        Assert.Equal(("SPDX-2.3", "trivy-0.66.0"), (read!.Format, read.Tool));
        Assert.Equal<BillPackage>([new("app", null, null), new("zlib", "1.3", "Zlib")], [.. read.Packages]);
    }

    [Theory]
    [InlineData(404, """{"errors":[{"code":"NOT_FOUND","message":"no sbom"}]}""")]
    [InlineData(422, """{"code":602,"message":"addition in path should be one of [build_history vulnerabilities]"}""")]
    [InlineData(200, """{"bomFormat":"CycloneDX"}""")]
    public async Task Bill_ThatHarborDoesNotHave_OrOfAnotherForm_IsNull(int status, string body)
    {
        await using var server = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, status, body));
        await using var connection = new HarborConnection(server.Url);

        Assert.Null(await connection.Images.FindBillAsync(User, App, "sha256:7", default));
    }

    [Theory]
    [InlineData("""{"digest":"sha256:7","sbom_overview":{"scan_status":"Success","sbom_digest":"sha256:8"}}""", true)]
    [InlineData("""{"digest":"sha256:7","sbom_overview":{"scan_status":"Running"}}""", false)]
    [InlineData("""{"digest":"sha256:7","accessories":[{"type":"sbom.harbor","digest":"sha256:8","size":9}]}""", true)]
    [InlineData("""{"digest":"sha256:7","accessories":null}""", false)]
    public async Task Artifact_SaysWhetherItHasABill(string artifact, bool has)
    {
        await using var server = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 200, artifact));
        await using var connection = new HarborConnection(server.Url);

        Assert.Equal(has, (await connection.Images.FindArtifactAsync(User, App, "sha256:7", default))!.HasBill);
    }

    [SkippableFact]
    public async Task Scan_UnderWay_IsAConflict()
    {
        var failure = await Assert.ThrowsAsync<BackendException>(() => AskAsync("scan-again-at-once-409", async h =>
        {
            await h.ScanAsync(User, App, "v1", default);
            return 0;
        }));

        Assert.Equal((BackendFailure.Conflict, HttpStatusCode.Conflict), (failure.Failure, failure.Status));
    }

    [Fact]
    public async Task Name_WithASlash_IsEncodedTwice_AndAQueryIsHarborsOwn()
    {
        var target = "";
        await using var server = await SmallServer.StartAsync(http =>
        {
            http.Response.Headers["X-Total-Count"] = "4711";
            target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
            return SmallServer.JsonAsync(http, 200, "[]");
        });
        await using var connection = new HarborConnection(server.Url);

        var page = await connection.Images.ListArtifactsAsync(User, new("team-a", "web/frontend"), new("v1", ImageSort.Size, IsAscending: true, Page: 3), default);

        Assert.Equal((0, 4711), (page.Items.Length, page.Total));
        Assert.StartsWith("/api/v2.0/projects/team-a/repositories/web%252Ffrontend/artifacts?page=3&page_size=25&", target, StringComparison.Ordinal);
        Assert.Contains("q=tags=~v1&sort=size&", Uri.UnescapeDataString(target), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("50%")]
    [InlineData("name=x")]
    [InlineData("{a b}")]
    public async Task Filter_ThatHarborWouldReadOtherwise_IsNotSent_AndMatchesNothing(string text)
    {
        await using var server = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 200, """[{"name":"team-a/app","artifact_count":1}]"""));
        await using var connection = new HarborConnection(server.Url);

        Assert.Empty((await connection.Images.ListRepositoriesAsync(User, "team-a", new(text), default)).Items);
        Assert.Empty((await connection.Images.ListArtifactsAsync(User, App, new(text), default)).Items);
        Assert.Empty((await connection.Images.ListPublicProjectsAsync(User, new(text), default)).Items);
        Assert.Empty(server.Asked);
    }

    private static async Task<T> AskAsync<T>(string recording, Func<IHarborImages, Task<T>> ask)
    {
        var answer = Recording.Read("harbor/" + recording);
        await using var server = await SmallServer.StartAsync(answer.AnswerAsync);
        await using var connection = new HarborConnection(server.Url);
        return await ask(connection.Images);
    }
}
