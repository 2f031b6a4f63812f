using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Portal.Core.Storage;

namespace Portal.Core.Mapping;

/// <summary>Keeps mappings: changes by compare-and-set, secrets encrypted and bound to their place.</summary>
internal sealed class MappingStore(IDocumentStore documents, ISecretProtector secrets)
{
    private const int MaxTries = 20;
    private const int Page = 1000;
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    public async Task<ProjectMapping?> FindAsync(string projectId, CancellationToken cancellationToken) =>
        (await documents.FindAsync(ProjectMapping.Type, projectId, cancellationToken).ConfigureAwait(false))?.Value;

    /// <summary>Lists all mappings, by project id.</summary>
    public async IAsyncEnumerable<ProjectMapping> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (await documents.ListAsync(ProjectMapping.Type, null, cancellationToken, Page, after).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var stored in page)
            {
                yield return stored.Value;
            }

            after = page[^1].Id;
        }
    }

    /// <summary>Changes a mapping, again on what is there now when somebody else was first; gives what is kept. Null deletes it.</summary>
    public async Task<ProjectMapping?> ChangeAsync(string projectId, Func<ProjectMapping?, ProjectMapping?> change, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var stored = await documents.FindAsync(ProjectMapping.Type, projectId, cancellationToken).ConfigureAwait(false);
            var changed = change(stored?.Value);
            try
            {
                if (changed is null && stored is not null)
                {
                    await documents.DeleteAsync(ProjectMapping.Type, projectId, stored.Version, cancellationToken).ConfigureAwait(false);
                }
                else if (changed is not null && changed != stored?.Value)
                {
                    await documents.PutAsync(ProjectMapping.Type, projectId, changed, stored?.Version ?? 0, cancellationToken).ConfigureAwait(false);
                }

                return changed;
            }
            catch (StoreConflictException) when (tries < MaxTries)
            {
                // Somebody else was first: look again.
            }
        }
    }

    /// <summary>Takes a Harbor project's name for a Keystone project; false when another one has it.</summary>
    public async Task<bool> ReserveAsync(string name, string projectId, CancellationToken cancellationToken)
    {
        try
        {
            await documents.PutAsync(ReservedName.Type, name, new ReservedName(projectId), 0, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreConflictException)
        {
            return (await documents.FindAsync(ReservedName.Type, name, cancellationToken).ConfigureAwait(false))?.Value.ProjectId == projectId;
        }
    }

    /// <summary>Gives a name back that is this project's.</summary>
    public async Task ReleaseAsync(string name, string projectId, CancellationToken cancellationToken)
    {
        var reserved = await documents.FindAsync(ReservedName.Type, name, cancellationToken).ConfigureAwait(false);
        if (reserved?.Value.ProjectId == projectId)
        {
            await documents.DeleteAsync(ReservedName.Type, name, reserved.Version, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a new secret by Harbor's rule and encrypts it for its place (<c>user</c>, <c>pull</c>, <c>push</c>).</summary>
    public string NewSecret(string projectId, string place)
    {
        string secret;
        do
        {
            secret = RandomNumberGenerator.GetString(Letters, 32);
        }
        while (!secret.Any(char.IsAsciiLetterUpper) || !secret.Any(char.IsAsciiLetterLower) || !secret.Any(char.IsAsciiDigit));
        return secrets.Protect(Purpose(projectId, place), secret);
    }

    /// <summary>Decrypts a kept secret; null when there is none or when no key opens it any more: it is lost and must be replaced.</summary>
    public string? Open(string projectId, string place, string? kept)
    {
        try
        {
            return kept is null ? null : secrets.Unprotect(Purpose(projectId, place), kept);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string Purpose(string projectId, string place) => $"mapping/{projectId}/{place}";
}
