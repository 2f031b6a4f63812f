using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Portal.Tests.Architecture;

/// <summary>How many lines each method's statements span, read from the debug symbols; lambdas and state machines count with their method.</summary>
internal static partial class MethodLengths
{
    public static IEnumerable<(string Name, int Lines)> Of(params Assembly[] assemblies) => assemblies.SelectMany(Of);

    private static IEnumerable<(string Name, int Lines)> Of(Assembly assembly)
    {
        using var file = File.OpenRead(assembly.Location);
        using var image = new PEReader(file);
        image.TryOpenAssociatedPortablePdb(assembly.Location, File.OpenRead, out var provider, out _);
        using (provider)
        {
            var metadata = image.GetMetadataReader();
            var symbols = provider!.GetMetadataReader();
            return [.. metadata.MethodDefinitions.Select(h => Measure(metadata, symbols, h)).OfType<(string, int)>()];
        }
    }

    private static (string Name, int Lines)? Measure(MetadataReader metadata, MetadataReader symbols, MethodDefinitionHandle handle)
    {
        var points = symbols.GetMethodDebugInformation(handle.ToDebugInformationHandle()).GetSequencePoints().Where(p => !p.IsHidden).ToList();
        if (points.Count == 0 || IsMade(symbols, points[0]))
        {
            return null;
        }

        var method = metadata.GetMethodDefinition(handle);
        var type = metadata.GetTypeDefinition(method.GetDeclaringType());
        var typeName = metadata.GetString(type.Name);
        var outer = type.GetDeclaringType() is { IsNil: false } parent ? metadata.GetString(metadata.GetTypeDefinition(parent).Name) + "." : "";
        var name = metadata.GetString(method.Name);

        // A constructor's points include the initializers of fields, anywhere in the file.
        return name is ".ctor" or ".cctor" ? null : (StateMachine().Replace($"{outer}{typeName}.{name}", "$1"), points.Max(p => p.EndLine) - points.Min(p => p.StartLine) + 1);
    }

    // An async method runs in "<Name>d__4.MoveNext", where the number is the compiler's.
    [GeneratedRegex(@"<(\w+)>d__\d+(`\d+)?\.MoveNext$")]
    private static partial Regex StateMachine();

    // Razor markup and generators: what a person wrote there is measured as a file.
    private static bool IsMade(MetadataReader symbols, SequencePoint point)
    {
        var path = symbols.GetString(symbols.GetDocument(point.Document).Name);
        return path.EndsWith(".razor", StringComparison.Ordinal) || path.EndsWith(".g.cs", StringComparison.Ordinal) || path.Contains("/obj/", StringComparison.Ordinal);
    }
}
