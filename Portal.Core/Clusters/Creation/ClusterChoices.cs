using System.Collections.Immutable;

namespace Portal.Core.Clusters.Creation;

/// <summary>What a spec is checked against; null where a backend did not answer, so that the check does not guess.</summary>
internal sealed record ClusterChoices
{
    public IReadOnlyList<ClusterTemplate>? Templates { get; init; }

    public IReadOnlyList<Keypair>? Keypairs { get; init; }

    public IReadOnlyList<Flavor>? Flavors { get; init; }

    public IReadOnlyList<Network>? Networks { get; init; }

    public IReadOnlyList<ImageRef>? Images { get; init; }

    public ProjectRoom? Room { get; init; }

    /// <summary>Gets the names of the project's clusters.</summary>
    public IReadOnlyCollection<string> Names { get; init; } = [];

    public ImmutableArray<ClusterProblem> Missing { get; init; } = [];

    public ClusterTemplate? Template(ClusterSpec spec) => Templates?.FirstOrDefault(t => t.Id == spec.TemplateId);

    /// <summary>Finds a flavor as Magnum does: by id or name.</summary>
    public Flavor? Flavor(string? idOrName) => Flavors?.FirstOrDefault(f => f.Id == idOrName || f.Name == idOrName);
}
