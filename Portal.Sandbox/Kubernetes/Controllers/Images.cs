namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>What the control API says about images: <c>image_pull_fails</c>, <c>image_crashes</c>, <c>probe_fails</c>, each for all or as <c>…:NAME</c> for one.</summary>
internal static class Images
{
    public static bool Missing(Reconciliation now, string image) => image.Contains("no-such", StringComparison.Ordinal) || Has(now, "image_pull_fails", image);

    /// <summary>Says whether a release is bad, by a tag that ends in <c>-bad</c>: it starts and becomes ready, answers most requests with 500, and dies of an error after a while, again and again.</summary>
    public static bool IsBad(string image) => image[(image.LastIndexOf('/') + 1)..].Split('@')[0].EndsWith("-bad", StringComparison.Ordinal);

    public static bool Has(Reconciliation now, string control, string image) =>
        now.Cluster.Context.IsOn(control) || now.Cluster.Context.IsOn($"{control}:{ShortName(image)}");

    /// <summary>Gives the name without registry, path, tag and digest.</summary>
    public static string ShortName(string image) => image[(image.LastIndexOf('/') + 1)..].Split('@')[0].Split(':')[0];
}
