using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Hosting;

/// <summary>Keeps the world in one file, replaced whole.</summary>
internal sealed class SandboxStore(SandboxOptions options)
{
    private const string AddressesKey = "addresses";
    private readonly string? file = options.Data is null ? null : Path.Combine(options.Data, "world.json");
    private string? last;

    /// <summary>Reads what was kept; addresses in it (a catalog has them) become those of this start, whose ports may be others.</summary>
    public async Task<JsonNode?> LoadAsync(IReadOnlyDictionary<string, string> addresses, CancellationToken cancellationToken)
    {
        if (file is null || options.Fresh || !File.Exists(file))
        {
            return null;
        }

        last = await File.ReadAllTextAsync(file, cancellationToken);
        return JsonNode.Parse(Moved(last, addresses));
    }

    public async Task SaveAsync(JsonObject state, IReadOnlyDictionary<string, string> addresses, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return;
        }

        state[AddressesKey] = new JsonObject(addresses.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value)));
        var text = state.ToJsonString();
        if (text == last)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file + ".new", text, cancellationToken);
        File.Move(file + ".new", file, overwrite: true);
        last = text;
    }

    private static string Moved(string text, IReadOnlyDictionary<string, string> addresses)
    {
        var moved = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, old) in JsonNode.Parse(text)?[AddressesKey]?.AsObject() ?? [])
        {
            if (addresses.TryGetValue(name, out var now) && old!.GetValue<string>() is var then && then != now)
            {
                moved[then] = now;
            }
        }

        return moved.Count == 0
            ? text
            : Regex.Replace(text, "(" + string.Join('|', moved.Keys.Select(Regex.Escape)) + @")(?!\d)", match => moved[match.Value]);
    }
}
