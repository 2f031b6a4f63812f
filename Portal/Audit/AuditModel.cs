using Portal.Core.Audit;
using Portal.Core.Backends;

namespace Portal.Audit;

/// <summary>What was done in the project, newest first, more on request.</summary>
public sealed class AuditModel(IAuditLog audit)
{
    private const int Page = 50;
    private const int Enough = 20;

    /// <summary>Gets the entries so far.</summary>
    public IReadOnlyList<AuditEntry> Entries { get; private set; } = [];

    /// <summary>Gets or sets the text that an entry must have.</summary>
    public string Filter { get; set; } = "";

    /// <summary>Gets or sets whether uses of credentials are shown too; they are many and change nothing.</summary>
    public bool ShowsUses { get; set; }

    /// <summary>Gets whether an answer came.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Gets whether older ones may be there.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Gets why they cannot be shown, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gives the entries about a subject (null: all) that match the filter.</summary>
    public IReadOnlyList<AuditEntry> Shown(string? subject) =>
        [.. Entries.Where(e => (subject is null || e.Subject == subject) && (ShowsUses || !AuditWords.IsUse(e)) && Matches(e))];

    /// <summary>Asks for the next page.</summary>
    public async Task MoreAsync(Scope scope, CancellationToken cancellationToken)
    {
        try
        {
            // A page of uses alone would look like nothing.
            var before = Entries.Count(e => !AuditWords.IsUse(e));
            for (var pages = 0; pages < 5 && (pages == 0 || HasMore) && Entries.Count(e => !AuditWords.IsUse(e)) < before + Enough; pages++)
            {
                var more = await audit.ListAsync(scope, Page, Entries.Count == 0 ? null : Entries[^1].At, cancellationToken);
                Entries = [.. Entries, .. more];
                HasMore = more.Count == Page;
            }

            Failure = null;
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Failure = failure;
        }

        IsLoaded = true;
    }

    private bool Matches(AuditEntry entry)
    {
        var text = Filter.Trim();
        return text.Length == 0
            || new[] { entry.UserName, AuditWords.Action(entry), AuditWords.Subject(entry), AuditWords.Result(entry).Word }.Any(f => f.Contains(text, StringComparison.CurrentCultureIgnoreCase));
    }
}
