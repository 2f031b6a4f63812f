namespace Portal.Core.Logs;

/// <summary>Asks many, a few at once.</summary>
internal static class Bounded
{
    /// <summary>Gives the answers in the order of the questions.</summary>
    public static async Task<IReadOnlyList<TAnswer>> EachAsync<T, TAnswer>(IReadOnlyList<T> questions, int atOnce, Func<T, Task<TAnswer>> ask, CancellationToken cancellationToken)
    {
        using var free = new SemaphoreSlim(atOnce);
        return await Task.WhenAll(questions.Select(OneAsync)).ConfigureAwait(false);

        async Task<TAnswer> OneAsync(T question)
        {
            await free.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await ask(question).ConfigureAwait(false);
            }
            finally
            {
                free.Release();
            }
        }
    }
}
