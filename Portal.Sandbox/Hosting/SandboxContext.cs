using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Portal.Sandbox.Faults;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Hosting;

/// <summary>What all simulated backends share: time, addresses, declarations, faults, switches, and each other by interface.</summary>
public sealed class SandboxContext(SandboxOptions options)
{
    private readonly ConcurrentDictionary<Type, object> shared = new();
    private readonly ConcurrentDictionary<string, bool> switches = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> addresses = new(StringComparer.Ordinal);

    /// <summary>Gets the options of this start.</summary>
    public SandboxOptions Options { get; } = options;

    /// <summary>Gets the simulated clock. Every service takes its time from here, never from the system.</summary>
    public SandboxClock Clock { get; } = new();

    /// <summary>Gets the faults that the control API sets.</summary>
    public FaultRegistry Faults { get; } = new();

    /// <summary>Gets the gate at which the control API can stop the n-th write of a client.</summary>
    public WriteGate Writes { get; } = new();

    /// <summary>Gets or sets the declarations: those of the world file, or the demo company's (<c>World/Demo/*.json</c>), in the same words.</summary>
    public JsonObject? Declarations { get; set; }

    /// <summary>Gets what went wrong inside the sandbox itself, by sentence; empty in a sound one.</summary>
    public ConcurrentDictionary<string, string> Failures { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets whether this is the demo company and not a world file.</summary>
    public bool IsDemo => Options.World is null;

    /// <summary>Gets the base address of an endpoint, without a slash at the end; known once all services listen.</summary>
    public string Address(string endpoint) =>
        addresses.TryGetValue(endpoint, out var url) ? url : throw new InvalidOperationException($"No endpoint '{endpoint}'.");

    /// <summary>Gets all base addresses by endpoint name.</summary>
    public IReadOnlyDictionary<string, string> Addresses => addresses;

    internal void SetAddress(string endpoint, string url) => addresses[endpoint] = url.TrimEnd('/');

    /// <summary>Replaces <c>{{base.NAME}}</c> by the address of that endpoint and <c>{{X.password}}</c> by the sandbox's password; an unknown base becomes a host that does not exist.</summary>
    public string Expand(string text) => System.Text.RegularExpressions.Regex.Replace(text, @"\{\{\s*([\w.-]+)\s*\}\}", match =>
    {
        var name = match.Groups[1].Value;
        if (name.StartsWith("base.", StringComparison.Ordinal))
        {
            return addresses.TryGetValue(name[5..], out var url) ? url : $"http://{name[5..]}.sandbox.invalid";
        }

        return name.EndsWith(".password", StringComparison.Ordinal) ? Options.Password : match.Value;
    });

    /// <summary>Gets whether a control switch such as <c>hold_clusters</c> is on.</summary>
    public bool IsOn(string name) => switches.TryGetValue(name, out var on) && on;

    internal void Switch(string name, bool on) => switches[name] = on;

    /// <summary>Offers a service to the others, by interface.</summary>
    public void Share<T>(T service)
        where T : class => shared[typeof(T)] = service;

    /// <summary>Gets what another service has shared.</summary>
    public T Get<T>()
        where T : class => (T)shared[typeof(T)];

    /// <summary>Gets what another service has shared, or null when that service does not run.</summary>
    public T? Find<T>()
        where T : class => shared.TryGetValue(typeof(T), out var service) ? (T)service : null;

    /// <summary>Shortens a realistic duration by the pace of this sandbox.</summary>
    public TimeSpan Paced(TimeSpan realistic) => realistic / Math.Max(0.01, Options.Pace);
}
