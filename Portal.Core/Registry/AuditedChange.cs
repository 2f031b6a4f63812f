using Portal.Core.Audit;
using Portal.Core.Backends;

namespace Portal.Core.Registry;

/// <summary>Something that a person changes in the registry: asks for the right, does it, and writes down who did, or wanted to.</summary>
internal sealed class AuditedChange(IAuditLog audit)
{
    /// <summary>Does it; needs <see cref="Capability.Write"/>.</summary>
    /// <param name="scope">Where, and for whom.</param>
    /// <param name="action">The audit entry's action.</param>
    /// <param name="subject">The audit entry's subject.</param>
    /// <param name="act">Does it, and may add details to the entry.</param>
    public async Task<T> RunAsync<T>(Scope scope, string action, string subject, Func<Dictionary<string, string>, Task<T>> act)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        var result = "ok";
        try
        {
            scope.Demand(Capability.Write);
            return await act(details).ConfigureAwait(false);
        }
        catch (ForbiddenException)
        {
            result = "forbidden";
            throw;
        }
        catch (BackendException e)
        {
            result = e.Failure.ToString();
            throw;
        }
        finally
        {
            await audit.WriteAsync(scope, action, subject, result, CancellationToken.None, details: details).ConfigureAwait(false);
        }
    }
}
