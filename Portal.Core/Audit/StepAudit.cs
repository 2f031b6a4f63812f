using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Audit;

/// <summary>Writes what a plan's step did, in the name of who asked for the plan.</summary>
internal sealed class StepAudit(IAuditLog audit)
{
    /// <summary>Writes an entry about the plan's subject.</summary>
    public Task AuditAsync(StepContext context, string action, string name, CancellationToken cancellationToken)
    {
        var plan = context.Plan;
        var scope = new Scope
        {
            Region = plan.Region,
            ProjectId = plan.ProjectId,
            ProjectName = plan.SubjectName,
            UserId = plan.RequestedById,
            UserName = plan.RequestedBy,
            Capabilities = [],
            Tokens = NoTokens.Instance,
        };
        var details = ImmutableDictionary<string, string>.Empty.Add("name", name).Add("plan", plan.Id);
        return audit.WriteAsync(scope, action, plan.Subject, "ok", cancellationToken, details: details);
    }

    private sealed class NoTokens : ITokenSource
    {
        public static NoTokens Instance { get; } = new();

        public Task<ScopedToken> GetTokenAsync(CancellationToken cancellationToken) => throw new NotSupportedException("An audit entry needs no token.");

        public Task RefuseAsync(ScopedToken token, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
