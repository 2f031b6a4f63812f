using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>The security hub: what all scans have found together. A report belongs to a digest, wherever that is kept.</summary>
internal static class SecurityEndpoints
{
    private static readonly Dictionary<string, Func<Finding, object?>> Fields = new(StringComparer.Ordinal)
    {
        ["cve_id"] = f => f.Report.Text("id"),
        ["severity"] = f => f.Report.Text("severity"),
        ["cvss_score_v3"] = f => f.Score,
        ["project_id"] = f => f.Repository.ProjectId,
        ["repository_name"] = f => f.Repository.Name,
        ["package"] = f => f.Report.Text("package"),
        ["digest"] = f => f.Artifact.Digest,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("GET", "/api/v2.0/security/summary", Summary),
        new("GET", "/api/v2.0/security/vul", List),
    ];

    private static List<(HarborRepository Repository, HarborArtifact Artifact)> All(HarborState state) => [.. state.Repositories.SelectMany(r => r.Artifacts.Select(a => (r, a)))];

    /// <summary>Every artifact whose digest was scanned, with what was found in it.</summary>
    private static List<(HarborRepository Repository, HarborArtifact Artifact, List<JsonObject> Reports)> Scanned(HarborState state)
    {
        var reports = All(state).Where(x => x.Artifact.Findings is not null).GroupBy(x => x.Artifact.Digest, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Artifact.Findings!, StringComparer.Ordinal);
        return [.. All(state).Where(x => reports.ContainsKey(x.Artifact.Digest)).Select(x => (x.Repository, x.Artifact, reports[x.Artifact.Digest].Keys.Select(s => HarborScans.Finding(s, x.Artifact.Digest)).ToList()))];
    }

    private static HarborAnswer Summary(HarborCall call)
    {
        call.Access.RequireSystem("security-hub", "read");
        var scanned = Scanned(call.State);
        var all = scanned.SelectMany(s => s.Reports).ToList();
        var wire = new JsonObject
        {
            ["critical_cnt"] = Count(all, "Critical"),
            ["fixable_cnt"] = all.Count(r => r.Text("fix_version").Length > 0),
            ["high_cnt"] = Count(all, "High"),
            ["low_cnt"] = Count(all, "Low"),
            ["medium_cnt"] = Count(all, "Medium"),
            ["scanned_cnt"] = scanned.Count,
            ["total_artifact"] = All(call.State).Count,
            ["total_vuls"] = all.Count,
        };
        if (call.QueryFlag("with_dangerous_artifact"))
        {
            wire["dangerous_artifacts"] = Artifacts(scanned);
        }

        if (call.QueryFlag("with_dangerous_cve"))
        {
            wire["dangerous_cves"] = Worst(all);
        }

        return HarborAnswer.Ok(wire);
    }

    private static int Count(IEnumerable<JsonObject> reports, string severity) => reports.Count(r => r.Text("severity") == severity);

    private static JsonArray Artifacts(List<(HarborRepository Repository, HarborArtifact Artifact, List<JsonObject> Reports)> scanned)
    {
        var worst = scanned.Where(s => s.Reports.Count > 0).OrderByDescending(s => Count(s.Reports, "Critical")).ThenByDescending(s => Count(s.Reports, "High")).ThenBy(s => s.Artifact.Id).Take(5);
        return new JsonArray([.. worst.Select(s => new JsonObject
        {
            ["critical_cnt"] = Count(s.Reports, "Critical"),
            ["digest"] = s.Artifact.Digest,
            ["high_cnt"] = Count(s.Reports, "High"),
            ["medium_cnt"] = Count(s.Reports, "Medium"),
            ["project_id"] = s.Repository.ProjectId,
            ["repository_name"] = s.Repository.Name,
        })]);
    }

    private static JsonArray Worst(IEnumerable<JsonObject> reports)
    {
        var worst = reports.DistinctBy(r => r.Text("id")).Where(r => ScoreOf(r) is not null).OrderByDescending(ScoreOf).Take(5);
        return new JsonArray([.. worst.Select(r => new JsonObject
        {
            ["cve_id"] = r.Text("id"),
            ["cvss_score_v3"] = ScoreOf(r),
            ["package"] = r.Text("package"),
            ["severity"] = r.Text("severity"),
            ["version"] = r.Text("version"),
        })]);
    }

    private static double? ScoreOf(JsonObject report) => report["preferred_cvss"]?["score_v3"]?.GetValue<double>();

    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        call.Access.RequireSystem("security-hub", "list");
        var withTags = call.QueryFlag("with_tag");
        var findings = Scanned(call.State).SelectMany(s => s.Reports.Select(r => new Finding(s.Repository, s.Artifact, r, ScoreOf(r) ?? 0)));
        return query.Answer(findings, Fields, f => Write(f, withTags), "-cvss_score_v3,project_id,-repository_name");
    }

    private static JsonObject Write(Finding finding, bool withTags)
    {
        var wire = new JsonObject
        {
            ["cve_id"] = finding.Report.Text("id"),
            ["desc"] = finding.Report.Text("description"),
            ["digest"] = finding.Artifact.Digest,
            ["fixed_version"] = finding.Report.Text("fix_version"),
            ["links"] = finding.Report["links"]!.DeepClone(),
            ["package"] = finding.Report.Text("package"),
            ["project_id"] = finding.Repository.ProjectId,
            ["repository_name"] = finding.Repository.Name,
            ["severity"] = finding.Report.Text("severity"),
            ["version"] = finding.Report.Text("version"),
        };
        if (finding.Score > 0)
        {
            wire["cvss_v3_score"] = finding.Score;
        }

        if (withTags)
        {
            wire["tags"] = new JsonArray([.. finding.Artifact.Tags.Select(t => (JsonNode)t.Name)]);
        }

        return wire;
    }

    private sealed record Finding(HarborRepository Repository, HarborArtifact Artifact, JsonObject Report, double Score);
}
