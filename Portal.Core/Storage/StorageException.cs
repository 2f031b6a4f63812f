namespace Portal.Core.Storage;

/// <summary>The storage cannot be opened or reached. The message is one sentence for an operator and names the option; it holds no secret.</summary>
public class StorageException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A document was written by a newer version of the portal; it is neither read nor written over.</summary>
public sealed class NewerSchemaException(string collection, string id, int found, int known)
    : StorageException($"{collection}/{id} has schema {found}; this version of the portal knows {known}. Start the newer version again.")
{
    /// <summary>Gets the schema number that was found.</summary>
    public int Found { get; } = found;

    /// <summary>Gets the newest schema number that this version knows.</summary>
    public int Known { get; } = known;
}
