using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Portal.Tests.Architecture;

/// <summary>Members of Flurl.Http 2.4.2 that compile and throw at run time with the Flurl that is served.</summary>
public sealed class FlurlTests
{
    private static readonly string[] Broken = ["WithHeaders", "WithCookies", "PostUrlEncodedAsync", "AddStringParts", "RespondWith", "RespondWithJson", "WithQueryParam", "WithQueryParams"];

    [Fact]
    public void Core_UsesNoBrokenMember()
    {
        using var file = File.OpenRead(typeof(Portal.Core.Backends.Scope).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();

        var used = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(m => m.Parent.Kind is HandleKind.TypeReference && Namespace(metadata, m).StartsWith("Flurl", StringComparison.Ordinal))
            .Select(m => metadata.GetString(m.Name))
            .ToList();

        Assert.Contains("WithHeader", used);
        Assert.Empty(used.Intersect(Broken));
    }

    [Fact]
    public void Flurl_StaysBehindOneClass()
    {
        var users = SourceTree.Files.Where(f => !f.Path.StartsWith("Portal.Tests/", StringComparison.Ordinal) && SourceTree.Code(f.Text).Contains("using Flurl", StringComparison.Ordinal)).Select(f => f.Path);

        Assert.Equal(["Portal.Core/Backends/BackendHttp.cs"], users);
    }

    private static string Namespace(MetadataReader metadata, MemberReference member) =>
        metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Namespace);
}
