using System.Globalization;
using System.Net;
using System.Text.Json;
using Portal.Core.Backends;

namespace Portal.Core.Registry.Verification;

/// <summary>What Harbor says about itself and about the account.</summary>
internal sealed class SystemChecks(HarborProbe probe)
{
    private static readonly Version Oldest = new(2, 9);
    private static readonly Version Newest = new(2, 15);

    /// <summary>Gets whether local users can be created.</summary>
    public bool HasLocalUsers { get; private set; }

    /// <summary>Gets whether it is in read-only mode.</summary>
    public bool IsReadOnly { get; private set; }

    /// <summary>Gives false when the account is not one to go on with.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await probe.CheckAsync("health", HarborProbe.Api(HttpMethod.Get, "/health"), Health, cancellationToken).ConfigureAwait(false);
        if (!await AccountAsync(cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await SelfAsync(cancellationToken).ConfigureAwait(false);
        var page = HarborProbe.Api(HttpMethod.Get, "/projects", null, ("page", "1"), ("page_size", "1"));
        await probe.CheckAsync("paging", page, answer => Paging(page, answer), cancellationToken).ConfigureAwait(false);
        await ScannerAsync(cancellationToken).ConfigureAwait(false);
        var settings = HarborProbe.Api(HttpMethod.Get, "/configurations");
        await probe.CheckAsync("storage", settings, answer => Storage(settings, answer), cancellationToken).ConfigureAwait(false);
        await LeftoversAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    // Always 200: the status is in the body, one for each component.
    private static CheckResult Health(BackendAnswer answer)
    {
        var call = HarborProbe.Api(HttpMethod.Get, "/health");
        var health = answer.Read<HealthWire>();
        var sick = (health.Components ?? []).Where(c => c.Status != "healthy").Select(c => $"{c.Name}: {c.Error ?? c.Status}").ToList();
        return sick.Count > 0 || health.Status != "healthy"
            ? CheckResult.Fail("health", "health.sick", call, ("components", string.Join("; ", sick)))
            : CheckResult.Pass("health", "health.ok", call, ("count", $"{health.Components?.Length}"));
    }

    private async Task<bool> AccountAsync(CancellationToken cancellationToken)
    {
        var call = HarborProbe.Api(HttpMethod.Get, "/users/current");
        CheckResult result;
        try
        {
            var user = (await probe.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<UserWire>();
            result = user.SysadminFlag
                ? CheckResult.Pass("account", "account.ok", call, ("user", user.Username ?? ""))
                : CheckResult.Fail("account", "account.not-administrator", call, ("user", user.Username ?? ""));
        }
        catch (BackendException e) when (e is { Status: HttpStatusCode.Unauthorized, IsPage: false })
        {
            result = CheckResult.Fail("account", "account.refused", call, ("user", probe.Target.Login.UserName));
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.PreconditionFailed)
        {
            // Robots are told that they are no users, which they are only told when their secret is right.
            result = CheckResult.Fail("account", "account.robot", call, ("user", probe.Target.Login.UserName));
        }
        catch (BackendException e)
        {
            result = CheckResult.Of("account", call, e);
        }

        probe.Add(result);
        return result.Outcome is CheckOutcome.Pass;
    }

    private async Task SelfAsync(CancellationToken cancellationToken)
    {
        var call = HarborProbe.Api(HttpMethod.Get, "/systeminfo");
        SystemWire? system = null;
        await probe.CheckAsync("version", call, answer => Version(call, (system = answer.Read<SystemWire>()).HarborVersion ?? ""), cancellationToken).ConfigureAwait(false);
        if (system is null)
        {
            foreach (var check in new[] { "auth-mode", "read-only", "creation" })
            {
                probe.Add(CheckResult.Skip(check, "not-checked.no-answer"));
            }

            return;
        }

        HasLocalUsers = system.AuthMode == "db_auth";
        IsReadOnly = system.ReadOnly;
        probe.Add(system.AuthMode switch
        {
            "db_auth" => CheckResult.Pass("auth-mode", "auth-mode.local", call),
            "oidc_auth" => CheckResult.Warning("auth-mode", "auth-mode.oidc", call),
            "ldap_auth" => CheckResult.Warning("auth-mode", "auth-mode.ldap", call),
            _ => CheckResult.Warning("auth-mode", "auth-mode.other", call, ("mode", system.AuthMode ?? "")),
        });
        probe.Add(system.ReadOnly ? CheckResult.Fail("read-only", "read-only.on", call) : CheckResult.Pass("read-only", "read-only.off", call));
        probe.Add(CheckResult.Pass("creation", system.ProjectCreationRestriction == "adminonly" ? "creation.administrators" : "creation.everyone", call));
    }

    private static CheckResult Version(BackendCall call, string text)
    {
        var parts = text.TrimStart('v').Split('-')[0].Split('.');
        var known = parts.Length >= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? new Version(major, minor) : null;
        return known switch
        {
            null => CheckResult.Warning("version", "version.unknown", call, ("version", text)),
            _ when known < Oldest => CheckResult.Warning("version", "version.older", call, ("version", text)),
            _ when known > Newest => CheckResult.Warning("version", "version.newer", call, ("version", text)),
            _ => CheckResult.Pass("version", "version.ok", call, ("version", text)),
        };
    }

    private static CheckResult Paging(BackendCall call, BackendAnswer answer) =>
        answer.Read<JsonElement[]>().Length > 1 ? CheckResult.Fail("paging", "paging.ignored", call)
        : long.TryParse(answer.Header("X-Total-Count"), NumberStyles.None, CultureInfo.InvariantCulture, out var total) ? CheckResult.Pass("paging", "paging.ok", call, ("total", $"{total}"))
        : CheckResult.Fail("paging", "paging.no-total", call);

    private async Task ScannerAsync(CancellationToken cancellationToken)
    {
        var call = HarborProbe.Api(HttpMethod.Get, "/scanners");
        try
        {
            var scanners = (await probe.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<ScannerWire[]>();
            if (Array.Find(scanners, s => s is { IsDefault: true, Disabled: false }) is not { Uuid: not null } chosen)
            {
                probe.Add(CheckResult.Warning("scanner", scanners.Length == 0 ? "scanner.none" : "scanner.no-default", call));
                return;
            }

            await AdapterAsync(chosen, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e is { Status: HttpStatusCode.NotFound, IsPage: false })
        {
            probe.Add(CheckResult.Warning("scanner", "scanner.no-list", call));
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("scanner", call, e));
        }
    }

    // Harbor asks the adapter: an answer shows that it is there.
    private async Task AdapterAsync(ScannerWire scanner, CancellationToken cancellationToken)
    {
        var call = HarborProbe.Api(HttpMethod.Get, $"/scanners/{Uri.EscapeDataString(scanner.Uuid!)}/metadata");
        try
        {
            await probe.SendAsync(call, cancellationToken).ConfigureAwait(false);
            probe.Add(CheckResult.Pass("scanner", "scanner.ok", call, ("name", scanner.Name ?? "")));
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Warning("scanner", "scanner.silent", call, ("name", scanner.Name ?? ""), ("answer", e.Answer ?? "")));
        }
    }

    private static CheckResult Storage(BackendCall call, BackendAnswer answer)
    {
        var settings = answer.Read<Dictionary<string, SettingWire>>();
        var limit = settings.GetValueOrDefault("storage_per_project")?.Value is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : "-1";
        return settings.GetValueOrDefault("quota_per_project_enable")?.Value is { ValueKind: JsonValueKind.False }
            ? CheckResult.Warning("storage", "storage.off", call)
            : CheckResult.Pass("storage", limit == "-1" ? "storage.unlimited" : "storage.ok", call, ("limit", limit));
    }

    private async Task LeftoversAsync(CancellationToken cancellationToken)
    {
        var call = HarborProbe.Api(HttpMethod.Get, "/projects", null, ("name", HarborProbe.Prefix), ("page_size", "100"));
        var users = HarborProbe.Api(HttpMethod.Get, "/users", null, ("q", "username=~" + HarborProbe.Prefix), ("page_size", "100"));
        try
        {
            var projects = (await probe.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<NameWire[]>();
            var people = (await probe.SendAsync(users, cancellationToken).ConfigureAwait(false)).Read<UserWire[]>();
            var names = projects.Select(p => p.Name).Concat(people.Select(p => p.Username)).Where(n => n?.StartsWith(HarborProbe.Prefix, StringComparison.Ordinal) == true).ToList();
            probe.Add(names.Count == 0 ? CheckResult.Pass("leftovers", "leftovers.none", call) : CheckResult.Warning("leftovers", "leftovers.found", call, ("names", string.Join(", ", names))));
        }
        catch (BackendException e)
        {
            probe.Add(CheckResult.Of("leftovers", call, e));
        }
    }

    private sealed record HealthWire(string? Status, ComponentWire[]? Components);

    private sealed record ComponentWire(string? Name, string? Status, string? Error);

    private sealed record UserWire(string? Username, bool SysadminFlag);

    private sealed record SystemWire(string? HarborVersion, string? AuthMode, bool ReadOnly, string? ProjectCreationRestriction);

    private sealed record ScannerWire(string? Uuid, string? Name, bool IsDefault, bool Disabled);

    private sealed record SettingWire(JsonElement Value);

    private sealed record NameWire(string? Name);
}
