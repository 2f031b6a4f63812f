using Portal.Tests.Support;

namespace Portal.Tests.Architecture;

/// <summary>The product's source files, for rules that look at text.</summary>
internal static class SourceTree
{
    private static readonly string[] Roots = ["Portal", "Portal.Core", "Portal.Sandbox", "Portal.Tests"];

    /// <summary>Gets every source file: path below the checkout with slashes, and its text.</summary>
    public static IReadOnlyList<(string Path, string Text)> Files { get; } =
    [
        .. Roots.SelectMany(root => Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, root), "*.*", SearchOption.AllDirectories))
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal) || f.EndsWith(".css", StringComparison.Ordinal) || f.EndsWith(".resx", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(RepositoryPaths.Root, f).Replace('\\', '/'))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/wwwroot/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(f => (f, File.ReadAllText(Path.Combine(RepositoryPaths.Root, f)))),
    ];

    /// <summary>Gets the files of a root with one of the endings.</summary>
    public static IEnumerable<(string Path, string Text)> In(string root, params string[] endings) =>
        Files.Where(f => f.Path.StartsWith(root + "/", StringComparison.Ordinal) && endings.Any(e => f.Path.EndsWith(e, StringComparison.Ordinal)));

    /// <summary>Gives the text without comments and texts between quotes, so that words in them are not taken for code.</summary>
    public static string Code(string text) => string.Join('\n', text.Split('\n').Select(line => line.Split("//")[0]));
}
