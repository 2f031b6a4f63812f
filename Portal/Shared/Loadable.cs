using Portal.Core.Backends;

namespace Portal.Shared;

/// <summary>A part of a page that is asked for once: not yet, there, or failed with words.</summary>
public sealed class Loadable<T>
    where T : class
{
    /// <summary>Gets what came, or null; an older value stays while it is asked for again.</summary>
    public T? Value { get; private set; }

    /// <summary>Gets why it did not come, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets whether an answer came, good or bad.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Asks for it.</summary>
    public async Task LoadAsync(Func<Task<T?>> ask)
    {
        try
        {
            Value = await ask();
            Failure = null;
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Failure = failure;
        }

        IsLoaded = true;
    }
}
