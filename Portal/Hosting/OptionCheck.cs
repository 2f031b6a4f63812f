using Microsoft.Extensions.Options;

namespace Portal.Hosting;

/// <summary>Looks at the whole configuration before anything is started.</summary>
internal static class OptionCheck
{
    /// <summary>Throws with one sentence for each option that is unknown or wrong.</summary>
    /// <exception cref="StartupException">Something is wrong.</exception>
    public static void Run(IConfiguration configuration)
    {
        var failures = Failures(configuration).Distinct(StringComparer.Ordinal).ToList();
        if (failures.Count > 0)
        {
            throw new StartupException(failures);
        }
    }

    /// <summary>Asks the validators that features have registered with their options.</summary>
    /// <exception cref="StartupException">Something is wrong.</exception>
    public static void Validate(IServiceProvider services)
    {
        var failures = OptionSections.All.SelectMany(s => Failures(services, s.Type)).ToList();
        if (failures.Count > 0)
        {
            throw new StartupException(failures);
        }
    }

    private static IEnumerable<string> Failures(IServiceProvider services, Type type)
    {
        try
        {
            _ = ((IOptions<object>)services.GetRequiredService(typeof(IOptions<>).MakeGenericType(type))).Value;
            return [];
        }
        catch (OptionsValidationException e)
        {
            return e.Failures;
        }
    }

    /// <summary>Gives the sentences.</summary>
    public static IEnumerable<string> Failures(IConfiguration configuration) =>
        Unknown(configuration).Concat(OptionSections.All.SelectMany(s => s.Failures(configuration)));

    private static IEnumerable<string> Unknown(IConfiguration configuration)
    {
        var known = OptionKeys.Of(OptionSections.All);
        foreach (var (key, value) in configuration.GetSection("Portal").AsEnumerable())
        {
            if (value is not null && !known.Any(k => k.Matches(key)))
            {
                yield return $"{key} is not an option of the portal{Nearest(key, known)}.";
            }
        }
    }

    private static string Nearest(string key, IReadOnlyList<OptionKey> known)
    {
        var last = key.Split(':')[^1];
        var near = known.Select(k => (k.Name, Distance: Distance(last, k.Name.Split(':')[^1]))).MinBy(k => k.Distance);
        return near.Distance <= 2 ? $"; did you mean {near.Name}" : "";
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }

        return row[^1];
    }
}
