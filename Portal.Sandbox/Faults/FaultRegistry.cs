using System.Text.RegularExpressions;

namespace Portal.Sandbox.Faults;

/// <summary>One way a backend misbehaves, set through <c>POST /control/faults</c>.</summary>
public sealed record Fault
{
    /// <summary>Gets the id, to take it away again.</summary>
    public string Id { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>Gets the service's name, or <c>*</c>; clusters are <c>kubernetes</c> or <c>kubernetes/UUID</c>.</summary>
    public string Service { get; init; } = "*";

    /// <summary>Gets the method, or null for all.</summary>
    public string? Method { get; init; }

    /// <summary>Gets a regular expression over the path, or null for all.</summary>
    public string? Path { get; init; }

    /// <summary>Gets the kind: <c>slow</c>, <c>status</c>, <c>cut</c> (connection aborted before the request is handled), <c>cut-answer</c> (handled, then aborted), <c>cut-stream</c> (handled, and aborted after the delay), <c>stall</c> (handled; after the delay nothing more comes and the connection stays), <c>hang</c> (never answered), <c>hang-answer</c> (handled, but never answered), <c>html</c> (a proxy's 502 page).</summary>
    public required string Kind { get; init; }

    /// <summary>Gets the status for <c>status</c>.</summary>
    public int Status { get; init; } = 500;

    /// <summary>Gets the Retry-After header in seconds, or null.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Gets the delay for <c>slow</c>, <c>cut-stream</c> and <c>stall</c>, in milliseconds.</summary>
    public int DelayMs { get; init; } = 3000;

    /// <summary>Gets how many matching requests pass before it begins.</summary>
    public int After { get; init; }

    /// <summary>Gets how many requests it spoils, or null until it is removed.</summary>
    public int? Times { get; init; }
}

/// <summary>The faults in force.</summary>
public sealed class FaultRegistry
{
    private readonly Lock gate = new();
    private readonly List<Entry> entries = [];

    /// <summary>Gets the faults in force.</summary>
    public IReadOnlyList<Fault> All
    {
        get
        {
            lock (gate)
            {
                return [.. entries.Select(e => e.Fault)];
            }
        }
    }

    /// <summary>Gets how many requests have met a fault since the start.</summary>
    public int AllMet { get; private set; }

    /// <summary>Adds a fault.</summary>
    public void Add(Fault fault)
    {
        lock (gate)
        {
            entries.Add(new Entry(fault));
        }
    }

    /// <summary>Removes one fault, or all when <paramref name="id"/> is null.</summary>
    public void Remove(string? id)
    {
        lock (gate)
        {
            entries.RemoveAll(e => id is null || e.Fault.Id == id);
        }
    }

    /// <summary>Says how many requests a fault has spoiled; 0 when it is not in force.</summary>
    public int Met(string id)
    {
        lock (gate)
        {
            return entries.FirstOrDefault(e => e.Fault.Id == id)?.Met ?? 0;
        }
    }

    /// <summary>Gives the fault that this request meets, and counts it.</summary>
    public Fault? Meet(string service, string method, string path)
    {
        lock (gate)
        {
            foreach (var entry in entries)
            {
                if (entry.Matches(service, method, path) && entry.Take())
                {
                    AllMet++;
                    return entry.Fault;
                }
            }
        }

        return null;
    }

    private sealed class Entry(Fault fault)
    {
        private readonly Regex? path = fault.Path is null ? null : new Regex(fault.Path, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        private int seen;

        public Fault Fault { get; } = fault;

        public int Met { get; private set; }

        public bool Matches(string service, string method, string requestPath) =>
            (Fault.Service is "*" || service == Fault.Service || service.StartsWith(Fault.Service + "/", StringComparison.Ordinal))
            && (Fault.Method is null || string.Equals(Fault.Method, method, StringComparison.OrdinalIgnoreCase))
            && (path is null || path.IsMatch(requestPath));

        public bool Take()
        {
            seen++;
            var takes = seen > Fault.After && (Fault.Times is null || seen <= Fault.After + Fault.Times);
            Met += takes ? 1 : 0;
            return takes;
        }
    }
}
