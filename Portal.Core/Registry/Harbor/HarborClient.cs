using System.Globalization;

namespace Portal.Core.Registry.Harbor;

/// <inheritdoc />
internal sealed class HarborClient(HarborHttp http) : IHarborClient
{
    public async Task<RegistrySystem> GetSystemAsync(CancellationToken cancellationToken)
    {
        // The public endpoint ignores wrong credentials; what only a logged-in caller is told shows that they are right.
        var call = HarborHttp.Call(HttpMethod.Get, "get system", "/systeminfo");
        var wire = (await http.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<SystemWire>();
        if (wire.RegistryUrl is null)
        {
            await http.SendAsync(HarborHttp.Call(HttpMethod.Get, "check the portal's account", "/users/current"), cancellationToken).ConfigureAwait(false);
            wire = (await http.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<SystemWire>();
        }

        return wire.ToSystem(await http.FindRegistryHostAsync(cancellationToken).ConfigureAwait(false));
    }

    public async Task<RegistryProject?> FindProjectAsync(string name, CancellationToken cancellationToken) =>
        (await http.FindAsync<ProjectWire>(HarborHttp.Call(HttpMethod.Get, "get project", Project(name)), cancellationToken).ConfigureAwait(false))?.ToProject();

    public async Task<IReadOnlyList<RegistryProject>> ListProjectsAsync(CancellationToken cancellationToken) =>
        [.. (await http.ListAsync<ProjectWire>(HarborHttp.Call(HttpMethod.Get, "list projects", "/projects"), cancellationToken).ConfigureAwait(false)).Select(p => p.ToProject())];

    public Task CreateProjectAsync(string name, long storageLimit, CancellationToken cancellationToken)
    {
        // Metadata values are texts; a JSON boolean is refused.
        var body = new { ProjectName = name, Metadata = new { Public = "false" }, StorageLimit = storageLimit };
        return http.SendAsync(HarborHttp.Call(HttpMethod.Post, "create project", "/projects", body), cancellationToken);
    }

    public Task DeleteProjectAsync(string name, CancellationToken cancellationToken) =>
        http.DeleteAsync("delete project", Project(name), cancellationToken);

    public async Task<IReadOnlyList<RegistryMember>> ListMembersAsync(string project, CancellationToken cancellationToken) =>
        [.. (await http.ListAsync<MemberWire>(HarborHttp.Call(HttpMethod.Get, "list members", Project(project) + "/members"), cancellationToken).ConfigureAwait(false))
            .Where(m => m.EntityType == "u").Select(m => m.ToMember())];

    public Task AddMemberAsync(string project, long userId, MemberRole role, CancellationToken cancellationToken)
    {
        var body = new { RoleId = (int)role, MemberUser = new { UserId = userId } };
        return http.SendAsync(HarborHttp.Call(HttpMethod.Post, "add member", Project(project) + "/members", body), cancellationToken);
    }

    public Task SetMemberRoleAsync(string project, long memberId, MemberRole role, CancellationToken cancellationToken) =>
        http.SendAsync(HarborHttp.Call(HttpMethod.Put, "set a member's role", $"{Project(project)}/members/{memberId}", new { RoleId = (int)role }), cancellationToken);

    public Task RemoveMemberAsync(string project, long memberId, CancellationToken cancellationToken) =>
        http.DeleteAsync("remove member", $"{Project(project)}/members/{memberId}", cancellationToken);

    public async Task<RegistryQuota?> FindQuotaAsync(long projectId, CancellationToken cancellationToken)
    {
        var call = HarborHttp.Call(
            HttpMethod.Get, "get quota", "/quotas", null, ("reference", "project"), ("reference_id", projectId.ToString(CultureInfo.InvariantCulture)));
        var quotas = (await http.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<QuotaWire[]>();
        return quotas.FirstOrDefault()?.ToQuota();
    }

    public async Task<IReadOnlyList<RegistryQuota>> ListQuotasAsync(int page, CancellationToken cancellationToken)
    {
        var call = HarborHttp.Call(HttpMethod.Get, "list quotas", "/quotas", null, ("reference", "project"), ("page", $"{page}"), ("page_size", $"{HarborHttp.PageSize}"));
        return [.. (await http.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<QuotaWire[]>().Select(q => q.ToQuota())];
    }

    public Task SetQuotaAsync(long quotaId, long limit, CancellationToken cancellationToken) =>
        http.SendAsync(HarborHttp.Call(HttpMethod.Put, "set quota", $"/quotas/{quotaId}", new { Hard = new { Storage = limit } }), cancellationToken);

    private static string Project(string name) => "/projects/" + Uri.EscapeDataString(name);

    private sealed record SystemWire(string? HarborVersion, string? AuthMode, string? RegistryUrl, bool ReadOnly, DateTimeOffset? CurrentTime)
    {
        public RegistrySystem ToSystem(string? host) =>
            new(HarborVersion ?? "", AuthMode ?? "", host ?? RegistryUrl ?? "", ReadOnly, CurrentTime ?? DateTimeOffset.MinValue);
    }

    private sealed record ProjectWire(
        long ProjectId, string Name, long OwnerId, string? OwnerName, long RepoCount, DateTimeOffset CreationTime, IReadOnlyDictionary<string, string>? Metadata)
    {
        public RegistryProject ToProject() =>
            new(ProjectId, Name, OwnerId, OwnerName, Metadata?.GetValueOrDefault("public") == "true", RepoCount, CreationTime);
    }

    private sealed record MemberWire(long Id, long EntityId, string EntityName, string EntityType, int RoleId)
    {
        public RegistryMember ToMember() => new(Id, EntityId, EntityName, Enum.IsDefined((MemberRole)RoleId) ? (MemberRole)RoleId : MemberRole.Unknown);
    }

    private sealed record QuotaWire(long Id, AmountWire Hard, AmountWire? Used, ReferenceWire? Ref)
    {
        public RegistryQuota ToQuota() => new(Id, Hard.Storage, Used?.Storage ?? 0) { ProjectId = Ref?.Id ?? 0 };
    }

    private sealed record ReferenceWire(long Id);

    private sealed record AmountWire(long Storage);
}
