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
    /// <param name="name">What it is done to, also when it is refused.</param>
    public async Task<T> RunAsync<T>(Scope scope, string action, string subject, Func<Dictionary<string, string>, Task<T>> act, string? name = null)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        if (name is not null)
        {
            details["name"] = name;
        }

        // Of what was left in the middle nobody knows whether it was done.
        var result = "unknown";
        try
        {
            scope.Demand(Capability.Write);
            var done = await act(details).ConfigureAwait(false);
            result = "ok";
            return done;
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
