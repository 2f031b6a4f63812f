using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Portal.Hosting;

/// <summary>One option: its full name with <c>&lt;name&gt;</c> for a key of a dictionary and <c>&lt;n&gt;</c> for a place in a list.</summary>
/// <param name="Name">Full name: <c>Portal:Clouds:&lt;name&gt;:KeystoneUrl</c>.</param>
/// <param name="Default">Default as text; empty for none.</param>
internal sealed record OptionKey(string Name, string Default)
{
    /// <summary>Gets whether a key of the configuration is this option.</summary>
    public bool Matches(string key)
    {
        var wanted = Name.Split(':');
        var given = key.Split(':');
        return wanted.Length == given.Length && wanted.Zip(given).All(p => PartMatches(p.First, p.Second));
    }

    private static bool PartMatches(string wanted, string given) => wanted switch
    {
        "<name>" => given.Length > 0,
        "<n>" => int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out _),
        _ => wanted.Equals(given, StringComparison.OrdinalIgnoreCase),
    };
}

/// <summary>Lists all options by looking at their classes.</summary>
internal static class OptionKeys
{
    /// <summary>Gives the options of the sections.</summary>
    public static IReadOnlyList<OptionKey> Of(IEnumerable<OptionSection> sections) =>
        [.. sections.SelectMany(s => Keys(s.Path, s.Type, Activator.CreateInstance(s.Type)))];

    private static IEnumerable<OptionKey> Keys(string path, Type type, object? instance)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var name = $"{path}:{property.Name}";
            foreach (var key in KeysOf(name, property.PropertyType, instance is null ? null : property.GetValue(instance)))
            {
                yield return key;
            }
        }
    }

    private static IEnumerable<OptionKey> KeysOf(string name, Type type, object? value)
    {
        if (IsValue(type))
        {
            return [new OptionKey(name, Text(value))];
        }

        if (Element(type, typeof(IDictionary<,>)) is { } dictionary)
        {
            return KeysOf($"{name}:<name>", dictionary, Empty(dictionary));
        }

        return Element(type, typeof(IEnumerable<>)) is { } list ? KeysOf($"{name}:<n>", list, Empty(list)) : Keys(name, type, value);
    }

    private static Type? Element(Type type, Type definition) => type.GetInterfaces().Append(type)
        .FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == definition)?.GetGenericArguments()[^1];

    private static bool IsValue(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsPrimitive || plain.IsEnum || plain == typeof(string) || plain == typeof(TimeSpan) || plain == typeof(Uri) || plain == typeof(decimal);
    }

    private static object? Empty(Type type) => IsValue(type) ? null : Activator.CreateInstance(type);

    private static string Text(object? value) => value switch
    {
        null or ICollection => "",
        bool flag => flag ? "true" : "false",
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
