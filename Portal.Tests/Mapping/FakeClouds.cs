using Portal.Core.Identity;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>Keystone's projects as a test says.</summary>
internal sealed class FakeClouds : ICloudProjects
{
    public Dictionary<string, CloudProject> Projects { get; } = [];

    public Exception? Failure { get; set; }

    public int Asked { get; private set; }

    /// <summary>Gets or sets how often a project is said to be gone although it is there: it comes back meanwhile.</summary>
    public int IsThereAfter { get; set; }

    public void Put(MappingInputs project, string? name = null, bool isEnabled = true, bool isDomainEnabled = true) =>
        Projects[project.ProjectId] = new(TestScopes.Region, new Project(project.ProjectId, name ?? project.ProjectName, "d1", "", isEnabled), "tenants", isDomainEnabled);

    public Task<bool> IsGoneAsync(string projectId, string? cloud, CancellationToken cancellationToken)
    {
        Asked++;
        return Failure is null ? Task.FromResult(IsThereAfter-- > 0 || !Projects.ContainsKey(projectId)) : Task.FromException<bool>(Failure);
    }

    public Task<IReadOnlyList<CloudProject>> ListAsync(CancellationToken cancellationToken)
    {
        Asked++;
        return Failure is null ? Task.FromResult<IReadOnlyList<CloudProject>>([.. Projects.Values]) : Task.FromException<IReadOnlyList<CloudProject>>(Failure);
    }
}
