using System.Collections.Concurrent;
using Portal.Core.Provisioning;
using Portal.Sandbox.Faults;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Keystone;
using Portal.Sandbox.World;

namespace Portal.Tests.Provisioning;

/// <summary>Lets backends fail for thirty seconds when a step begins, each step once, each in a way of its own.</summary>
internal sealed class Outages(string service, int turn)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);
    private readonly Lock door = new();
    private readonly ConcurrentDictionary<string, string> begun = new();
    private SandboxHost? sandbox;
    private string? fault;
    private DateTimeOffset end;
    private int busy;

    /// <summary>Gets the ways in which a backend fails.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["500", "429", "time-out", "cut", "cut-answer", "expired", "refused", "ahead", "behind"];

    public OutageClock Clock { get; } = new();

    /// <summary>Gets which step met which way of failing.</summary>
    public IReadOnlyDictionary<string, string> Begun => begun;

    /// <summary>Gets how fast time runs: an outage passes quickly, and so does the time in which every step waits.</summary>
    public double Rate => IsOn ? 20 : Volatile.Read(ref busy) == 0 ? 40 : 1;

    private bool IsOn => Clock.Shared < end;

    public void Begin(SandboxHost host) => sandbox = host;

    /// <summary>The backends are well again when the time is over.</summary>
    public void Beat()
    {
        lock (door)
        {
            if (!IsOn)
            {
                Heal();
            }
        }
    }

    /// <summary>A step of the plan is run.</summary>
    public async Task<StepResult> RunAsync(IProvisioningStep step, StepContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref busy);
        try
        {
            var kind = Kinds[(begun.Count + turn) % Kinds.Count];
            if (begun.TryAdd(step.Id, kind))
            {
                Fail(kind);
            }

            return await step.RunAsync(context, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref busy);
        }
    }

    private void Fail(string kind)
    {
        lock (door)
        {
            Heal();
            end = Clock.Shared + Length;
            Clock.Skew = kind switch { "ahead" => TimeSpan.FromMinutes(3), "behind" => TimeSpan.FromMinutes(-3), _ => TimeSpan.Zero };
            if (kind is "expired")
            {
                ((TokenDesk)sandbox!.Context.Get<ITokenAuthority>()).EndAll();
            }

            var wanted = kind switch
            {
                "500" => new Fault { Kind = "status", Status = 500, Service = service },
                "429" => new Fault { Kind = "status", Status = 429, RetryAfter = 10, Service = service },
                "time-out" => new Fault { Kind = "hang", Service = service },
                "refused" => new Fault { Kind = "status", Status = 401, Service = service },
                "cut" or "cut-answer" => new Fault { Kind = kind, Service = service },
                _ => null,
            };
            if (wanted is not null)
            {
                sandbox!.Context.Faults.Add(wanted);
                fault = wanted.Id;
            }
        }
    }

    private void Heal()
    {
        Clock.Skew = TimeSpan.Zero;
        if (fault is not null)
        {
            sandbox!.Context.Faults.Remove(fault);
            fault = null;
        }
    }
}

/// <summary>A step before which the backends fail.</summary>
internal sealed class OutageStep(IProvisioningStep step, Outages outages) : StepDecorator(step)
{
    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken) => outages.RunAsync(Inner, context, cancellationToken);
}
