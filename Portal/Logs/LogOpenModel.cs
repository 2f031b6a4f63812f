using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Logs;
using Portal.Shared;

namespace Portal.Logs;

/// <summary>One opened line: its fields, what stands around it, and its place in Kibana.</summary>
public sealed class LogOpenModel(IProjectLogs logs, Scope scope, LogLine line)
{
    private const int Step = 20;
    private const int Most = 500;
    private const int MostFields = 200;

    /// <summary>Gets the line.</summary>
    public LogLine Line { get; } = line;

    /// <summary>Gets the lines around it.</summary>
    public Loadable<LogContext> Around { get; } = new();

    /// <summary>Gets its fields, by name.</summary>
    public IReadOnlyList<(string Name, string Value)> Fields { get; } = Read(line.Document);

    /// <summary>Gets the address of its container's logs in Kibana, or null.</summary>
    public string? Kibana { get; private set; }

    /// <summary>Gets how many lines before it are asked for.</summary>
    public int Before { get; private set; } = 5;

    /// <summary>Gets how many lines after it are asked for.</summary>
    public int After { get; private set; } = 5;

    /// <summary>Asks for what stands around.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await Around.LoadAsync(async () => await logs.AroundAsync(scope, Line, Before, After, cancellationToken));
        try
        {
            var search = new LogSearch { From = Line.At.AddMinutes(-5), To = Line.At.AddMinutes(5), Namespace = Line.Namespace, Pod = Line.Pod, Container = Line.Container };
            Kibana = await logs.FindKibanaAsync(scope, Line.Source, search, null, null, cancellationToken);
        }
        catch (BackendException)
        {
            // No link is offered then.
        }
    }

    /// <summary>Asks for more lines before.</summary>
    public Task MoreBeforeAsync(CancellationToken cancellationToken)
    {
        Before = Math.Min(Most, Before + Step);
        return LoadAsync(cancellationToken);
    }

    /// <summary>Asks for more lines after.</summary>
    public Task MoreAfterAsync(CancellationToken cancellationToken)
    {
        After = Math.Min(Most, After + Step);
        return LoadAsync(cancellationToken);
    }

    private static List<(string Name, string Value)> Read(string document)
    {
        var fields = new List<(string, string)>();
        using var json = JsonDocument.Parse(document);
        Walk(json.RootElement, "", fields);
        return [.. fields.OrderBy(f => f.Item1, StringComparer.Ordinal).Take(MostFields)];
    }

    private static void Walk(JsonElement element, string name, List<(string, string)> fields)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Walk(property.Value, name.Length == 0 ? property.Name : $"{name}.{property.Name}", fields);
                }

                break;
            case JsonValueKind.Array:
                fields.Add((name, string.Join(", ", element.EnumerateArray().Select(e => e.ValueKind is JsonValueKind.String ? e.GetString() : e.GetRawText()))));
                break;
            case JsonValueKind.Null:
                break;
            default:
                fields.Add((name, element.ToString()));
                break;
        }
    }
}
