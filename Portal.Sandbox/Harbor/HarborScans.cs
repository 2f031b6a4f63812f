using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Scans of artifacts and their reports, as a small test scanner gave them when they were recorded.</summary>
internal static class HarborScans
{
    public const string ReportType = "application/vnd.security.vulnerability.report; version=1.1";
    private const string Base = "/api/v2.0/projects/{}/repositories/{}/artifacts/{}";
    private static readonly TimeSpan Waits = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Takes = TimeSpan.FromSeconds(3);

    public static HarborRoute[] Routes { get; } =
    [
        new("POST", Base + "/scan", Scan),
        new("GET", Base + "/additions/vulnerabilities", Vulnerabilities),
    ];

    /// <summary>Ends the scans whose time has come.</summary>
    public static void Tick(HarborServer server, DateTimeOffset now)
    {
        foreach (var repository in server.State.Repositories)
        {
            foreach (var artifact in repository.Artifacts.Where(a => a.ScanBegan is { } began && a.ScanEnded is null && now >= began + Takes))
            {
                End(artifact, artifact.ScanBegan!.Value + Takes);
                HarborEvents.Scanned(server, repository, artifact, now);
            }
        }
    }

    /// <summary>Gives an artifact its findings.</summary>
    public static void End(HarborArtifact artifact, DateTimeOffset at)
    {
        artifact.ScanBegan ??= at - Takes;
        artifact.ScanEnded = at;
        artifact.Findings = artifact.IsClean ? [] : new() { ["Critical"] = 1, ["High"] = 1, ["Low"] = 1 };
    }

    /// <summary>Gives what an artifact's scan found, or null when it was never scanned.</summary>
    public static JsonObject? Overview(HarborArtifact artifact, DateTimeOffset now)
    {
        if (artifact.ScanBegan is not { } began)
        {
            return null;
        }

        var report = new JsonObject { ["end_time"] = HarborAnswer.Never, ["report_id"] = ReportId(artifact), ["scan_status"] = now < began + Waits ? "Pending" : "Running", ["start_time"] = HarborAnswer.Never };
        if (artifact is { ScanEnded: { } ended, Findings: { } findings })
        {
            report["complete_percent"] = 100;
            report["duration"] = (long)(ended - began).TotalSeconds;
            report["end_time"] = HarborAnswer.Time(ended);
            report["scan_status"] = "Success";
            report["scanner"] = Scanner();
            report["severity"] = findings.Count > 0 ? findings.Keys.First() : "None";
            report["start_time"] = HarborAnswer.Time(began);
            report["summary"] = Summary(findings);
        }

        return new JsonObject { [ReportType] = report };
    }

    private static HarborAnswer Scan(HarborCall call)
    {
        var (repository, artifact) = ArtifactEndpoints.Find(call, "scan", "create");
        if (call.State.DefaultScanner() is null)
        {
            throw HarborException.Precondition($"no available scanner for project: {repository.ProjectId}");
        }

        if (artifact is { ScanBegan: { } began, ScanEnded: null })
        {
            throw HarborException.Conflict($"a previous scan process is {(call.Now < began + Waits ? "Pending" : "Running")}");
        }

        (artifact.ScanBegan, artifact.ScanEnded, artifact.ScanBy) = (call.Now, null, call.Caller.Name);
        return new HarborAnswer(202);
    }

    private static HarborAnswer Vulnerabilities(HarborCall call)
    {
        var (repository, artifact) = ArtifactEndpoints.Find(call, "artifact-addition", "read");
        if (call.State.DefaultScanner() is null)
        {
            throw HarborException.NotFound($"no scanner registration configured for project: {repository.ProjectId}");
        }

        if (artifact is not { ScanEnded: not null, Findings: { } findings })
        {
            throw HarborException.NotFound($"report not found for {repository.Name}@{artifact.Digest}");
        }

        var report = new JsonObject
        {
            ["generated_at"] = "2024-05-02T00:00:00Z",
            ["scanner"] = Scanner(),
            ["severity"] = findings.Count > 0 ? findings.Keys.First() : "None",
            ["vulnerabilities"] = new JsonArray([.. findings.Keys.Select(severity => (JsonNode)Finding(severity, artifact.Digest))]),
        };
        return HarborAnswer.Ok(new JsonObject { [ReportType] = report });
    }

    private static JsonObject Summary(Dictionary<string, int> findings)
    {
        var summary = new JsonObject { ["summary"] = new JsonObject(findings.Select(f => KeyValuePair.Create<string, JsonNode?>(f.Key, f.Value))) };
        var (total, fixable) = (findings.Values.Sum(), findings.Where(f => f.Key != "Low").Sum(f => f.Value));
        if (total > 0)
        {
            (summary["total"], summary["fixable"]) = (total, fixable);
        }

        return summary;
    }

    public static JsonObject Scanner() => new() { ["name"] = "LabScan", ["vendor"] = "Example", ["version"] = "1.0.0" };

    private static string ReportId(HarborArtifact artifact) => new Guid(Convert.FromHexString(artifact.Digest["sha256:".Length..][..32])).ToString();

    public static JsonObject Finding(string severity, string digest)
    {
        var (id, package, version, fix, description, score, vector, cwe) = severity switch
        {
            "Critical" => ("CVE-2024-0001", "openssl", "1.1.1k", "1.1.1w", "Example critical finding", (double?)9.8, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CWE-787"),
            "High" => ("CVE-2024-0002", "zlib", "1.2.11", "1.2.13", "Example high finding", 7.5, "", ""),
            _ => ("CVE-2024-0003", "bash", "5.1", "", "Example low finding without a fix", null, "", ""),
        };
        return new JsonObject
        {
            ["id"] = id,
            ["package"] = package,
            ["version"] = version,
            ["fix_version"] = fix,
            ["severity"] = severity,
            ["description"] = description,
            ["links"] = new JsonArray($"http://vuln.example.test/{id}"),
            ["artifact_digests"] = new JsonArray(digest),
            ["preferred_cvss"] = new JsonObject { ["score_v3"] = score, ["score_v2"] = null, ["vector_v3"] = vector, ["vector_v2"] = "" },
            ["cwe_ids"] = new JsonArray(cwe),
            ["vendor_attributes"] = null,
        };
    }
}
