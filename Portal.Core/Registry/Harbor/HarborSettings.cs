using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Registry.Settings;

namespace Portal.Core.Registry.Harbor;

/// <inheritdoc />
internal sealed class HarborSettings(HarborHttp http) : IHarborSettings
{
    public async Task<ImageSettings> GetAsync(RegistryPlace place, CancellationToken cancellationToken)
    {
        var asked = http.SendAsync(HarborHttp.Call(HttpMethod.Get, "get project", Project(place)), cancellationToken);
        var summed = http.SendAsync(HarborHttp.Call(HttpMethod.Get, "get project's summary", Project(place) + "/summary"), cancellationToken);
        var listed = http.ListAsync<ProtectionWire>(HarborHttp.Call(HttpMethod.Get, "list immutable tag rules", Project(place) + "/immutabletagrules"), cancellationToken);
        await Task.WhenAll(asked, summed, listed).ConfigureAwait(false);
        var project = (await asked.ConfigureAwait(false)).Read<ProjectWire>();
        var quota = (await summed.ConfigureAwait(false)).Read<SummaryWire>().Quota;
        var limit = quota?.Hard?.Storage ?? -1;
        return new ImageSettings(
            place.HarborProject, place.Host, project.Is("public"), project.RepoCount, project.ToScanning(), quota?.Used?.Storage ?? 0, limit < 0 ? null : limit)
        {
            MoreAt = http.Options.StorageRequestUrl,
            Protections = [.. (await listed.ConfigureAwait(false)).Select(p => p.ToProtection())],
        };
    }

    public Task SetPublicAsync(RegistryPlace place, bool isPublic, CancellationToken cancellationToken) =>
        UpdateAsync(place, "change who may pull", new() { ["public"] = isPublic ? "true" : "false" }, cancellationToken);

    public Task SetScanningAsync(RegistryPlace place, ScanSettings scanning, CancellationToken cancellationToken)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["auto_scan"] = scanning.OnPush ? "true" : "false",
            ["prevent_vul"] = scanning.BlockedFrom is null ? "false" : "true",
        };
        if (scanning.BlockedFrom is { } severity)
        {
            metadata["severity"] = severity.ToString().ToLowerInvariant();
        }

        return UpdateAsync(place, "change scanning", metadata, cancellationToken);
    }

    public Task ProtectAsync(RegistryPlace place, TagProtection protection, CancellationToken cancellationToken)
    {
        var rule = new JsonObject
        {
            ["disabled"] = false,
            ["scope_selectors"] = new JsonObject { ["repository"] = new JsonArray(RetentionPolicy.Selector("repoMatches", protection.Repositories)) },
            ["tag_selectors"] = new JsonArray(RetentionPolicy.Selector("matches", protection.Tags)),
            ["action"] = "immutable",
            ["template"] = "immutable_template",
        };
        return http.SendAsync(HarborHttp.Call(HttpMethod.Post, "create immutable tag rule", Project(place) + "/immutabletagrules", rule), cancellationToken);
    }

    public Task UnprotectAsync(RegistryPlace place, long id, CancellationToken cancellationToken) =>
        http.DeleteAsync("delete immutable tag rule", string.Create(CultureInfo.InvariantCulture, $"{Project(place)}/immutabletagrules/{id}"), cancellationToken);

    public async Task<RetentionPolicy?> FindRetentionAsync(RegistryPlace place, CancellationToken cancellationToken)
    {
        var project = (await http.SendAsync(HarborHttp.Call(HttpMethod.Get, "get project", Project(place)), cancellationToken).ConfigureAwait(false)).Read<ProjectWire>();
        if (!long.TryParse(project.Metadata?.GetValueOrDefault("retention_id"), CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        var wire = await http.FindAsync<JsonObject>(HarborHttp.Call(HttpMethod.Get, "get retention policy", Policy(id)), cancellationToken).ConfigureAwait(false);
        return wire is null ? null : new RetentionPolicy(id, wire);
    }

    public Task SaveRetentionAsync(RetentionPolicy policy, CancellationToken cancellationToken)
    {
        var call = policy.Id is { } id
            ? HarborHttp.Call(HttpMethod.Put, "update retention policy", Policy(id), policy.Wire)
            : HarborHttp.Call(HttpMethod.Post, "create retention policy", "/retentions", policy.Wire);
        return http.SendAsync(call, cancellationToken);
    }

    public async Task<long> StartRetentionAsync(RetentionPolicy policy, bool isTrial, CancellationToken cancellationToken)
    {
        var call = HarborHttp.Call(HttpMethod.Post, "run retention policy", Policy(policy.Id!.Value) + "/executions", new { DryRun = isTrial });
        var answer = await http.SendAsync(call, cancellationToken).ConfigureAwait(false);
        var location = answer.Header("Location") ?? "";
        return long.TryParse(location[(location.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new BackendException(HarborHttp.Backend, call.Operation, BackendFailure.Unexpected, "the answer does not name the run");
    }

    public async Task<RetentionRun> GetRunAsync(RetentionPolicy policy, long run, bool isTrial, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{Policy(policy.Id!.Value)}/executions");
        var runs = (await http.SendAsync(HarborHttp.Call(HttpMethod.Get, "list retention runs", path, null, ("page", "1"), ("page_size", "20")), cancellationToken).ConfigureAwait(false)).Read<RunWire[]>();
        var found = Array.Find(runs, r => r.Id == run);
        var tasks = await http.ListAsync<TaskWire>(HarborHttp.Call(HttpMethod.Get, "list retention tasks", string.Create(CultureInfo.InvariantCulture, $"{path}/{run}/tasks")), cancellationToken).ConfigureAwait(false);
        return new RetentionRun(isTrial, found?.Status is not (null or "Running" or "Pending" or "Scheduled" or ""), [.. tasks.Select(t => new RetainedRepository(t.Repository ?? "", t.Retained, t.Total))]);
    }

    private Task<BackendAnswer> UpdateAsync(RegistryPlace place, string operation, Dictionary<string, string> metadata, CancellationToken cancellationToken) =>
        http.SendAsync(HarborHttp.Call(HttpMethod.Put, operation, Project(place), new { Metadata = metadata }), cancellationToken);

    private static string Project(RegistryPlace place) => "/projects/" + Uri.EscapeDataString(place.HarborProject);

    private static string Policy(long id) => string.Create(CultureInfo.InvariantCulture, $"/retentions/{id}");

    private sealed record ProjectWire(long RepoCount, IReadOnlyDictionary<string, string>? Metadata)
    {
        public bool Is(string key) => Metadata?.GetValueOrDefault(key) == "true";

        public ScanSettings ToScanning() =>
            new(Is("auto_scan"), Is("prevent_vul") ? Enum.TryParse<Severity>(Metadata!.GetValueOrDefault("severity"), true, out var severity) ? severity : Severity.Low : null);
    }

    private sealed record SummaryWire(QuotaWire? Quota);

    private sealed record QuotaWire(AmountWire? Hard, AmountWire? Used);

    private sealed record AmountWire(long Storage);

    private sealed record ProtectionWire(long Id, bool Disabled, IReadOnlyDictionary<string, SelectorWire[]>? ScopeSelectors, SelectorWire[]? TagSelectors)
    {
        public TagProtection ToProtection() =>
            new(Id, SelectorWire.Text(ScopeSelectors?.GetValueOrDefault("repository"), "repoExcludes"), SelectorWire.Text(TagSelectors, "excludes"), Disabled);
    }

    private sealed record SelectorWire(string? Decoration, string? Pattern)
    {
        public static string Text(SelectorWire[]? all, string excludes) =>
            string.Join(' ', (all ?? []).Select(s => (s.Decoration == excludes ? "!" : "") + s.Pattern));
    }

    private sealed record RunWire(long Id, string? Status);

    private sealed record TaskWire(string? Repository, int Total, int Retained);
}
