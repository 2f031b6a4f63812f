using Portal.Core.Backends;
using Portal.Core.Mapping.Removal;
using Portal.Core.Provisioning;

namespace Portal.Tests.Support.Fakes;

/// <summary>A removal that a test sets; remembers what was asked of it.</summary>
internal sealed class FakeRemoval : IMappingRemoval
{
    public RemovalPreview Preview { get; set; } = new() { ProjectId = "p5", HarborProject = "harbor-p5", Repositories = 3, Bytes = 5_000_000, UserName = "project-p5", Robots = ["robot$harbor-p5+portal-pull"], HasRecord = true };

    public Exception? Failure { get; set; }

    public List<string> Asked { get; } = [];

    public Task<RemovalPreview> PreviewAsync(Scope scope, string projectId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Administer);
        Asked.Add("preview " + projectId);
        return Failure is null ? Task.FromResult(Preview) : Task.FromException<RemovalPreview>(Failure);
    }

    public Task<Plan> RemoveAsync(Scope scope, string projectId, string? typedName, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Administer);
        Asked.Add($"remove {projectId} {typedName}");
        return Task.FromException<Plan>(Failure ?? new BackendException("portal", "take the place away", BackendFailure.Conflict, "its own plan is being stopped"));
    }
}
