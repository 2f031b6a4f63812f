using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Portal.Core.Storage;

namespace Portal.Hosting;

/// <summary>
/// Keeps the keys that sign cookies and circuit descriptors in the store, encrypted under the master key, so that they live
/// over restarts and are the same on every replica.
/// </summary>
internal sealed class KeyRing(IDocumentStore documents, ISecretProtector protector) : IXmlRepository
{
    private static readonly DocumentType<Key> Type = new("data_protection_keys", 1, _ => []);

    // The interface is synchronous; it is asked at start and then once in a day or so.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. documents.ListAsync(Type, null, CancellationToken.None).GetAwaiter().GetResult().Select(k => XElement.Parse(protector.Unprotect(Purpose(k.Id), k.Value.Xml)))];

    public void StoreElement(XElement element, string friendlyName)
    {
        var key = new Key { Xml = protector.Protect(Purpose(friendlyName), element.ToString(SaveOptions.DisableFormatting)) };
        documents.PutAsync(Type, friendlyName, key, null, CancellationToken.None).GetAwaiter().GetResult();
    }

    private static string Purpose(string id) => $"data-protection/{id}";

    internal sealed record Key
    {
        public required string Xml { get; init; }
    }
}
