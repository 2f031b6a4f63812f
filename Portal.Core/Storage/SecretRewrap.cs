using System.Text.Json.Nodes;

namespace Portal.Core.Storage;

/// <summary>Wraps every kept secret under the active master key, so that an older key can be taken away. May run beside the portal.</summary>
public sealed class SecretRewrap
{
    private const int Page = 500;
    private readonly IDocumentHome home;
    private readonly SecretProtector protector;

    internal SecretRewrap(IDocumentHome home, SecretProtector protector)
    {
        this.home = home;
        this.protector = protector;
    }

    /// <summary>Goes through all documents; gives how many were changed. Run twice it changes nothing more.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var changed = 0;
        foreach (var collection in await home.ListCollectionsAsync(cancellationToken).ConfigureAwait(false))
        {
            string? after = null;
            while (await home.ListAsync(collection, null, after, Page, cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
            {
                foreach (var document in page)
                {
                    changed += await RewrapAsync(collection, document, cancellationToken).ConfigureAwait(false) ? 1 : 0;
                }

                after = page[^1].Id;
            }
        }

        return changed;
    }

    private async Task<bool> RewrapAsync(string collection, RawDocument document, CancellationToken cancellationToken)
    {
        for (var now = document; now is not null && now.Json.Contains(SecretProtector.Prefix, StringComparison.Ordinal);
            now = await home.FindAsync(collection, document.Id, cancellationToken).ConfigureAwait(false))
        {
            var json = JsonNode.Parse(now.Json);
            if (!Rewrap(json))
            {
                return false;
            }

            try
            {
                await home.PutAsync(collection, now with { Json = json!.ToJsonString(DocumentJson.Options) }, now.Version, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (StoreConflictException)
            {
                // Changed meanwhile: look again.
            }
        }

        return false;
    }

    private bool Rewrap(JsonNode? node) => node switch
    {
        JsonObject o => o.ToArray().Select(p => Text(p.Value) is { } t ? Replace(t, n => o[p.Key] = n) : Rewrap(p.Value)).ToArray().Contains(true),
        JsonArray a => a.ToArray().Select((v, i) => Text(v) is { } t ? Replace(t, n => a[i] = n) : Rewrap(v)).ToArray().Contains(true),
        _ => false,
    };

    private bool Replace(string text, Action<string> put)
    {
        var wrapped = protector.Rewrap(text);
        if (wrapped == text)
        {
            return false;
        }

        put(wrapped);
        return true;
    }

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && text.StartsWith(SecretProtector.Prefix, StringComparison.Ordinal) ? text : null;
}
