namespace Portal.Core.Addons.Initialisation;

/// <summary>Parameters of the manifests that have none.</summary>
internal static class PlatformObjects
{
    public static AddonParameters NoParameters { get; } = new() { Registry = "", Cluster = "", StorageClass = "" };
}
