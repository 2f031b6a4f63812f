using System.Collections.Immutable;
using Portal.Core.Storage;

namespace Portal.Core.Identity;

/// <summary>What a person has chosen and expects to find again: last project, theme, widths of columns. No secrets.</summary>
public interface IUserPreferences
{
    /// <summary>Gives a choice, or null when none was made.</summary>
    Task<string?> FindAsync(string userId, string key, CancellationToken cancellationToken);

    /// <summary>Keeps a choice (at most 4096 characters); null forgets it.</summary>
    Task PutAsync(string userId, string key, string? value, CancellationToken cancellationToken);
}

/// <summary>Keys of choices that more than one part of the portal knows.</summary>
public static class PreferenceKeys
{
    /// <summary>Id of the project that was entered last.</summary>
    public const string LastProject = "project.last";

    /// <summary><c>system</c>, <c>light</c> or <c>dark</c>.</summary>
    public const string Theme = "theme";
}

/// <inheritdoc />
internal sealed class UserPreferences(IDocumentStore documents) : IUserPreferences
{
    private const int MaxLength = 4096;
    private static readonly DocumentType<Document> Type = new("preferences", 1, _ => []);

    public async Task<string?> FindAsync(string userId, string key, CancellationToken cancellationToken) =>
        (await documents.FindAsync(Type, userId, cancellationToken).ConfigureAwait(false))?.Value.Values.GetValueOrDefault(key);

    public async Task PutAsync(string userId, string key, string? value, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value?.Length ?? 0, MaxLength, nameof(value));
        while (true)
        {
            var stored = await documents.FindAsync(Type, userId, cancellationToken).ConfigureAwait(false);
            var values = stored?.Value.Values ?? ImmutableSortedDictionary<string, string>.Empty;
            if (values.GetValueOrDefault(key) == value)
            {
                return;
            }

            try
            {
                var changed = new Document { Values = value is null ? values.Remove(key) : values.SetItem(key, value) };
                await documents.PutAsync(Type, userId, changed, stored?.Version ?? 0, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (StoreConflictException)
            {
                // Another window of the same person; read again.
            }
        }
    }

    internal sealed record Document
    {
        public required ImmutableSortedDictionary<string, string> Values { get; init; }
    }
}
