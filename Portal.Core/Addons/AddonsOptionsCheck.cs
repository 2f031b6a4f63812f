using Microsoft.Extensions.Options;

namespace Portal.Core.Addons;

/// <summary>Says at start what is wrong with the site's add-ons: its catalog, its parameters, its profiles.</summary>
internal sealed class AddonsOptionsCheck : IValidateOptions<AddonsOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, AddonsOptions options)
    {
        try
        {
            var catalog = new AddonCatalog(options);
            var failures = options.Profiles.SelectMany(p => Failures(p.Key, options.AddonsOf(p.Key)!, catalog)).ToList();
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail(e.Message.StartsWith(AddonsOptions.Section, StringComparison.Ordinal) ? e.Message : $"{AddonsOptions.Section}:CatalogFolder: {e.Message.TrimEnd('.')}.");
        }
    }

    private static IEnumerable<string> Failures(string profile, IReadOnlyList<string> addons, AddonCatalog catalog)
    {
        var key = $"{AddonsOptions.Section}:Profiles:{profile}";
        foreach (var unknown in addons.Where(a => !catalog.Addons.ContainsKey(a)))
        {
            yield return $"{key}: there is no add-on {unknown}; there are {string.Join(", ", catalog.Addons.Keys.Order(StringComparer.Ordinal))}.";
        }

        foreach (var twice in addons.GroupBy(a => a, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            yield return $"{key} has {twice.Key} twice.";
        }

        foreach (var (addon, other) in addons.Where(catalog.Addons.ContainsKey).SelectMany(a => catalog.Addons[a].Excludes, (a, other) => (a, other)).Where(p => string.CompareOrdinal(p.a, p.other) < 0 && addons.Contains(p.other)))
        {
            yield return $"{key}: {addon} and {other} cannot be in the same cluster; leave one out.";
        }
    }
}
