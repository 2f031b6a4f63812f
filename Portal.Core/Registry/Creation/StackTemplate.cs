using System.Collections.Immutable;

namespace Portal.Core.Registry.Creation;

/// <summary>The template of <c>deploy/heat</c>, as it was when the portal was built.</summary>
internal static class StackTemplate
{
    private const string Script = "harbor.sh";

    /// <summary>Gives the template and what its <c>get_file</c> names.</summary>
    public static async Task<(string Template, ImmutableDictionary<string, string> Files)> ReadAsync(CancellationToken cancellationToken) =>
        (await TextAsync("harbor.yaml", cancellationToken).ConfigureAwait(false),
            ImmutableDictionary<string, string>.Empty.Add(Script, await TextAsync(Script, cancellationToken).ConfigureAwait(false)));

    private static async Task<string> TextAsync(string name, CancellationToken cancellationToken)
    {
        var stream = typeof(StackTemplate).Assembly.GetManifestResourceStream("heat/" + name) ?? throw new InvalidOperationException($"The resource heat/{name} is missing.");
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }
}
