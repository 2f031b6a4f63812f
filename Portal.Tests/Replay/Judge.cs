using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Tests.Support;

namespace Portal.Tests.Replay;

/// <summary>Runs <c>replay.py</c> of the shared tools against a sandbox.</summary>
internal static class Judge
{
    /// <summary>Gets this folder in the checkout.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryPaths.Root, "Portal.Tests", "Replay");

    private static string? Tool => RepositoryPaths.Shared is { } shared ? Path.Combine(shared, "tools", "replay", "replay.py") : null;

    /// <summary>Gets every scenario: the shared ones, and those of this folder for recordings that they leave out.</summary>
    public static IReadOnlyList<string> Scenarios { get; } = Tool is null
        ? []
        : [.. new[] { Path.Combine(Path.GetDirectoryName(Tool)!, "scenarios"), Path.Combine(Folder, "scenarios") }
            .SelectMany(d => Directory.EnumerateFiles(d, "*.json", SearchOption.AllDirectories))
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(p => p.StartsWith('_')))
            .Order(StringComparer.Ordinal)];

    /// <summary>Gets the short name, <c>keystone/rescope</c>.</summary>
    public static string NameOf(string scenario) => Path.GetFileName(Path.GetDirectoryName(scenario)) + "/" + Path.GetFileNameWithoutExtension(scenario);

    /// <summary>Gets the file of a short name.</summary>
    public static string FileOf(string name) => Scenarios.First(s => NameOf(s) == name);

    /// <summary>Writes what must exist before a scenario begins to a file, as the judge prints it.</summary>
    public static async Task<string> WriteWorldAsync(string scenario)
    {
        var file = Path.Combine(Path.GetTempPath(), $"world-{Guid.NewGuid():N}.json");
        var (_, text) = await RunAsync(["--scenarios", scenario, "--world"], []);
        await File.WriteAllTextAsync(file, text);
        return file;
    }

    /// <summary>Plays a scenario; gives whether all passed, and what the judge said.</summary>
    public static async Task<(bool Passed, string Said)> PlayAsync(string scenario, IReadOnlyDictionary<string, string> addresses, int? seed)
    {
        List<string> arguments = ["--scenarios", scenario, "--target", Path.Combine(Folder, "targets.sandbox.json")];
        if (seed is not null)
        {
            arguments.AddRange(["--rename", "--seed", seed.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        }

        var environment = addresses.ToDictionary(a => a.Key.ToUpperInvariant().Replace('-', '_') + "_URL", a => a.Value);
        var (code, said) = await RunAsync(arguments, environment);
        return (code == 0, said);
    }

    /// <summary>Plays a scenario on the lab; gives each step with its differences, and what the judge said.</summary>
    public static async Task<(JsonNode Report, string Said)> PlayOnLabAsync(string scenario, Dictionary<string, string> environment)
    {
        using var folder = new TemporaryFolder();
        var report = Path.Combine(folder.Path, "report.json");
        var (code, said) = await RunAsync(["--scenarios", scenario, "--target", Path.Combine(Folder, "targets.lab.json"), "--json", report], environment);
        Assert.True(code is 0 or 1, said);
        return (JsonNode.Parse(await File.ReadAllTextAsync(report))!, said);
    }

    /// <summary>Makes a domain on the lab with projects of its own, or takes it away with what is in it.</summary>
    public static async Task LabDomainAsync(string name, bool there)
    {
        var (code, said) = await RunAsync([there ? "up" : "down", name], [], "lab_world.py");
        Assert.True(code == 0, said);
    }

    /// <summary>Gets the scenarios that are known to fail, with the reason.</summary>
    public static IReadOnlyDictionary<string, string> Exclusions() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(Folder, "exclusions.json")))!;

    private static async Task<(int Code, string Said)> RunAsync(IEnumerable<string> arguments, Dictionary<string, string> environment, string program = "replay.py")
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        start.ArgumentList.Add(Path.Combine(Path.GetDirectoryName(Tool!)!, program));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (said, complaint) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await said + await complaint);
    }
}
