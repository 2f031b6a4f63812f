using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Identity;

namespace Portal.Tests.Support.Fakes;

/// <summary>Scopes of a person who may do what a test says, without Keystone.</summary>
internal sealed class FakeScopes : ISessionScopes, ITokenSource
{
    public ImmutableHashSet<Capability> Capabilities { get; set; } = [Capability.Read, Capability.Write];

    public IReadOnlyList<Project> Projects { get; set; } = [new("p1", "team-shop", "default", "Shop and checkout", true), new("p2", "team-data", "default", "", true)];

    public Scope Scope => ScopeOf("p1");

    public Task<Scope> EnterAsync(string sessionId, string projectId, CancellationToken cancellationToken) => Task.FromResult(ScopeOf(projectId));

    public Task<IReadOnlyList<Project>> ListProjectsAsync(string sessionId, CancellationToken cancellationToken) => Task.FromResult(Projects);

    public Task<ScopedToken> GetTokenAsync(CancellationToken cancellationToken) => Task.FromResult(new ScopedToken("fake", DateTimeOffset.MaxValue, ImmutableDictionary<string, string>.Empty));

    public Task RefuseAsync(ScopedToken token, CancellationToken cancellationToken) => Task.CompletedTask;

    private Scope ScopeOf(string projectId) => new()
    {
        Region = new CloudRegion("sandbox", "RegionOne"),
        ProjectId = projectId,
        ProjectName = Projects.First(p => p.Id == projectId).Name,
        UserId = "u1",
        UserName = "shop-lead",
        Capabilities = Capabilities,
        Tokens = this,
    };
}
