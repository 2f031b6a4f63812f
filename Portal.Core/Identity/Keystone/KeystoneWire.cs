using System.Text.Json.Serialization;
using Portal.Core.Backends;

namespace Portal.Core.Identity.Keystone;

/// <summary>Keystone's JSON; used by <see cref="KeystoneClient"/> alone.</summary>
internal static class KeystoneWire
{
    internal sealed record TokenAnswer(Token Token);

    internal sealed record Token(User User, DateTimeOffset ExpiresAt, DateTimeOffset IssuedAt, ScopedProject? Project, IReadOnlyList<Role>? Roles, IReadOnlyList<Service>? Catalog)
    {
        public KeystoneToken ToToken(string value) => new()
        {
            Value = value,
            IssuedAt = IssuedAt,
            ExpiresAt = ExpiresAt,
            UserId = User.Id,
            UserName = User.Name,
            Project = Project is null ? null : new Project(Project.Id, Project.Name, Project.Domain.Id, "", true),
            Roles = Roles is null ? [] : [.. Roles.Select(r => r.Name)],
            Catalog = Catalog is null ? [] : [.. Catalog.SelectMany(s => s.Endpoints.Select(e => new CatalogEndpoint(s.Type, e.Interface, e.RegionId ?? e.Region ?? "", e.Url)))],
        };
    }

    internal sealed record User(string Id, string Name);

    internal sealed record Role(string Name);

    internal sealed record Domain(string Id);

    internal sealed record ScopedProject(string Id, string Name, Domain Domain);

    internal sealed record Service(string Type, IReadOnlyList<Endpoint> Endpoints);

    internal sealed record Endpoint(string Interface, string? Region, string? RegionId, string Url);

    internal sealed record OneProject(ListedProject Project);

    internal sealed record ProjectList(IReadOnlyList<ListedProject> Projects, bool Truncated = false);

    internal sealed record DomainList(IReadOnlyList<ListedDomain> Domains);

    internal sealed record ListedDomain(string Id, string Name, bool Enabled);

    internal sealed record ListedProject(string Id, string Name, string DomainId, string? Description, bool Enabled, [property: JsonPropertyName("is_domain")] bool IsDomain)
    {
        public Project ToProject() => new(Id, Name, DomainId, Description ?? "", Enabled);
    }

    internal static object RescopeBody(string token, string projectId) => new
    {
        Auth = new
        {
            Identity = new { Methods = new[] { "token" }, Token = new { Id = token } },
            Scope = new { Project = new { Id = projectId } },
        },
    };

    internal static object PasswordBody(ServiceUserOptions user, object? scope) => new
    {
        Auth = new
        {
            Identity = new
            {
                Methods = new[] { "password" },
                Password = new { User = new { user.Name, Domain = new { Name = user.Domain }, Password = user.ReadPassword() } },
            },
            Scope = scope,
        },
    };

    internal static object ProjectScope(ServiceUserOptions user, string? projectId) => projectId is not null
        ? new { Project = new { Id = projectId } }
        : new { Project = new { Name = user.Project, Domain = new { Name = user.ProjectDomain } } };

    internal static IReadOnlyList<Project> ToProjects(this ProjectList list) =>
        [.. list.Projects.Where(p => p is { Enabled: true, IsDomain: false }).Select(p => p.ToProject()).OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase)];

    internal static BackendException As(this BackendException e, BackendFailure failure) =>
        new(e.Backend, e.Operation, failure, e.Answer, e.Status, e.RequestId, e) { Challenge = e.Challenge, RetryAfter = e.RetryAfter, IsPage = e.IsPage };
}
