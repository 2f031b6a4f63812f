namespace Portal.Sandbox.Faults;

/// <summary>
/// Counts the writes that reach any service and can stop at the n-th: before it is applied, or after it is applied but
/// before it is answered. A test kills its client there; nothing in the client has to help.
/// </summary>
public sealed class WriteGate
{
    private readonly Lock gate = new();
    private Func<int, string, bool> stops = (_, _) => false;
    private bool after;
    private TaskCompletionSource? reached;
    private string? what;

    /// <summary>Gets how many writes were seen since the count was reset.</summary>
    public int Count { get; private set; }

    /// <summary>Gets what was stopped, <c>POST keystone /v3/…</c>, or null while nothing was.</summary>
    public string? Stopped
    {
        get
        {
            lock (gate)
            {
                return reached?.Task.IsCompleted == true ? what : null;
            }
        }
    }

    /// <summary>Begins to count at zero, and stops at the <paramref name="n"/>-th write; 0 never stops.</summary>
    public void Arm(int n, bool afterApplied) => Arm((count, _) => n != 0 && count == n, afterApplied);

    /// <summary>Begins to count at zero, and stops at the first write, <c>POST keystone /v3/…</c>, of which <paramref name="isWanted"/> says so.</summary>
    public void Arm(Func<string, bool> isWanted, bool afterApplied)
    {
        var stopped = false;
        Arm((_, write) => !stopped && (stopped = isWanted(write)), afterApplied);
    }

    private void Arm(Func<int, string, bool> at, bool afterApplied)
    {
        lock (gate)
        {
            Count = 0;
            stops = at;
            after = afterApplied;
            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            what = null;
        }
    }

    /// <summary>Waits until the write is reached.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return reached is null ? Task.CompletedTask : reached.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Counts a write; says whether it has to be stopped, and where.</summary>
    internal (bool StopBefore, bool StopAfter) Pass(string service, string method, string path)
    {
        lock (gate)
        {
            Count++;
            var write = $"{method} {service} {path}";
            if (!stops(Count, write))
            {
                return (false, false);
            }

            what = write;
            return (!after, after);
        }
    }

    internal void Reach()
    {
        lock (gate)
        {
            reached?.TrySetResult();
        }
    }
}
