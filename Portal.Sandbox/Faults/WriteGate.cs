namespace Portal.Sandbox.Faults;

/// <summary>
/// Counts the writes that reach any service and can stop at the n-th: before it is applied, or after it is applied but
/// before it is answered. A test kills its client there; nothing in the client has to help.
/// </summary>
public sealed class WriteGate
{
    private readonly Lock gate = new();
    private int stopAt;
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
    public void Arm(int n, bool afterApplied)
    {
        lock (gate)
        {
            Count = 0;
            stopAt = n;
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
            if (stopAt == 0 || Count != stopAt)
            {
                return (false, false);
            }

            what = $"{method} {service} {path}";
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
