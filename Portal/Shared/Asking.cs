using Portal.Core.Backends;

namespace Portal.Shared;

/// <summary>One thing asked of a backend at a time: whether it is under way, and why the last one was not done.</summary>
public sealed class Asking
{
    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused { get; private set; }

    /// <summary>Gets whether it is under way.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Forgets what was refused.</summary>
    public void Begin() => Refused = null;

    /// <summary>Asks; gives whether it was done. What a backend refuses is kept, not thrown.</summary>
    public async Task<bool> RunAsync(Func<Task> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        (IsBusy, Refused) = (true, null);
        try
        {
            await ask();
            return true;
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Refused = failure;
            return false;
        }
        finally
        {
            IsBusy = false;
        }
    }
}
