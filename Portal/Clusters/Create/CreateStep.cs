namespace Portal.Clusters.Create;

/// <summary>The steps of the wizard.</summary>
public enum CreateStep
{
    /// <summary>Which template.</summary>
    Template,

    /// <summary>Name, nodes, flavors, key pair.</summary>
    Size,

    /// <summary>Network, labels, timeout.</summary>
    Network,

    /// <summary>Add-on profile.</summary>
    Addons,

    /// <summary>All of it once more.</summary>
    Review,
}
