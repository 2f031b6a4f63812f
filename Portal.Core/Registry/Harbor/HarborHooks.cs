using System.Collections.Immutable;
using System.Globalization;

namespace Portal.Core.Registry.Harbor;

/// <summary>A web hook of a Harbor project, as far as the portal sets it.</summary>
/// <param name="Address">Where Harbor tells.</param>
/// <param name="Header">Its Authorization header; a secret.</param>
/// <param name="Events">What it tells.</param>
/// <param name="IsEnabled">Whether it tells at all.</param>
internal sealed record HarborHook(string Address, string? Header, ImmutableArray<string> Events, bool IsEnabled)
{
    /// <summary>Gets Harbor's id, 0 for a new one.</summary>
    public long Id { get; init; }

    /// <summary>Hides the secret.</summary>
    public override string ToString() => $"web hook to {Address}";
}

/// <summary>Harbor's web hook policies (<c>/projects/{project}/webhook/policies</c>), by the portal's own account.</summary>
internal sealed class HarborHooks(HarborHttp http)
{
    /// <summary>The name of the portal's own policy in each project.</summary>
    public const string Name = "container-platform-portal";

    /// <summary>Gives the portal's policy in a Harbor project, or null.</summary>
    /// <exception cref="Backends.BackendException">Harbor failed.</exception>
    public async Task<HarborHook?> FindAsync(string harborProject, CancellationToken cancellationToken)
    {
        var all = await http.ListAsync<PolicyWire>(HarborHttp.Call(HttpMethod.Get, "list web hooks", Path(harborProject)), cancellationToken).ConfigureAwait(false);
        return all.FirstOrDefault(p => p.Name == Name) is { } policy && policy.Targets is { Count: > 0 } targets
            ? new HarborHook(targets[0].Address ?? "", targets[0].AuthHeader, [.. policy.EventTypes ?? []], policy.Enabled) { Id = policy.Id }
            : all.FirstOrDefault(p => p.Name == Name) is { } empty ? new HarborHook("", null, [], false) { Id = empty.Id } : null;
    }

    /// <summary>Makes the policy, or replaces it where it has an id.</summary>
    /// <exception cref="Backends.BackendException">Harbor failed, or refused it.</exception>
    public Task PutAsync(string harborProject, HarborHook hook, CancellationToken cancellationToken)
    {
        var body = new
        {
            Name,
            Description = "Tells the container platform's portal what changes.",
            Enabled = hook.IsEnabled,
            EventTypes = hook.Events,
            Targets = new[] { new { Type = "http", hook.Address, AuthHeader = hook.Header, SkipCertVerify = false, PayloadFormat = "Default" } },
        };
        return http.SendAsync(
            hook.Id == 0
                ? HarborHttp.Call(HttpMethod.Post, "create web hook", Path(harborProject), body)
                : HarborHttp.Call(HttpMethod.Put, "update web hook", string.Create(CultureInfo.InvariantCulture, $"{Path(harborProject)}/{hook.Id}"), body),
            cancellationToken);
    }

    private static string Path(string harborProject) => $"/projects/{Uri.EscapeDataString(harborProject)}/webhook/policies";

    private sealed record PolicyWire(long Id, string? Name, bool Enabled, IReadOnlyList<string>? EventTypes, IReadOnlyList<TargetWire>? Targets);

    private sealed record TargetWire(string? Address, string? AuthHeader);
}
