using Portal.Core.Clusters;

namespace Portal.Clusters.Create;

/// <summary>Which step a field is on.</summary>
public static class CreateFields
{
    /// <summary>Gives the step of a field; an unknown one (and the whole form) is told on the review.</summary>
    public static CreateStep StepOf(string field) => field.Split('[', '.')[0] switch
    {
        nameof(ClusterSpec.TemplateId) => CreateStep.Template,
        nameof(ClusterSpec.Name) or nameof(ClusterSpec.NodeCount) or nameof(ClusterSpec.MasterCount) or nameof(ClusterSpec.FlavorId)
            or nameof(ClusterSpec.MasterFlavorId) or nameof(ClusterSpec.Keypair) or nameof(ClusterSpec.DockerVolumeSize) => CreateStep.Size,
        nameof(ClusterSpec.FixedNetwork) or nameof(ClusterSpec.FixedSubnet) or nameof(ClusterSpec.Labels) or nameof(ClusterSpec.MergeLabels)
            or nameof(ClusterSpec.CreateTimeout) => CreateStep.Network,
        nameof(ClusterSpec.Profile) => CreateStep.Addons,
        _ => CreateStep.Review,
    };
}
