namespace Portal.Tests.Support;

/// <summary>Where the checkout and the shared material beside it are.</summary>
internal static class RepositoryPaths
{
    /// <summary>Gets the root of the checkout.</summary>
    public static string Root { get; } = Find();

    /// <summary>Gets the shared material beside the checkout, or null on a plain clone.</summary>
    public static string? Shared { get; } = Directory.Exists(Path.Combine(Root, "..", "shared")) ? Path.GetFullPath(Path.Combine(Root, "..", "shared")) : null;

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Portal.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run outside a checkout.");
    }
}
