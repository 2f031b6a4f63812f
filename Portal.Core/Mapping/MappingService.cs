using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping;

/// <inheritdoc />
internal sealed class MappingService(MappingStore store, IPlanService plans, IAuditLog audit) : IMappingService
{
    public async Task<MappedProject?> FindAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return View(await store.FindAsync(scope.ProjectId, cancellationToken).ConfigureAwait(false));
    }

    public async Task<MappingStatus> EnsureAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        var mapping = View(await store.FindAsync(scope.ProjectId, cancellationToken).ConfigureAwait(false));
        return mapping?.ReadyAt is not null ? new(mapping, null) : await StartAsync(scope, mapping, "mapping.start", cancellationToken).ConfigureAwait(false);
    }

    public async Task<MappingStatus> RepairAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        var mapping = View(await store.FindAsync(scope.ProjectId, cancellationToken).ConfigureAwait(false));
        return await StartAsync(scope, mapping, "mapping.repair", cancellationToken).ConfigureAwait(false);
    }

    public async Task<RegistryCredential?> GetPullCredentialAsync(Scope scope, string purpose, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        var mapping = await store.FindAsync(scope.ProjectId, cancellationToken).ConfigureAwait(false);
        if (mapping is not { ReadyAt: not null, Pull.FullName: { } name })
        {
            return null;
        }

        if (store.Open(mapping.ProjectId, "pull", mapping.Pull.Secret) is not { } secret)
        {
            // No key opens it any more: the next plan replaces it.
            await store.ChangeAsync(mapping.ProjectId, m => m is null ? null : m with { ReadyAt = null }, cancellationToken).ConfigureAwait(false);
            return null;
        }

        var details = new Dictionary<string, string>(StringComparer.Ordinal) { ["purpose"] = purpose, ["robot"] = name };
        await audit.WriteAsync(scope, "registry.pull-secret.use", MappingPlans.Subject(scope.ProjectId), "ok", cancellationToken, details: details).ConfigureAwait(false);
        return new RegistryCredential(mapping.RegistryHost, name, secret);
    }

    public async Task<string?> GetPullSecretAsync(Scope scope, string purpose, CancellationToken cancellationToken)
    {
        if (await GetPullCredentialAsync(scope, purpose, cancellationToken).ConfigureAwait(false) is not { } credential)
        {
            return null;
        }

        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"));
        var entry = new JsonObject { ["username"] = credential.UserName, ["password"] = credential.Password, ["auth"] = login };
        return new JsonObject { ["auths"] = new JsonObject { [credential.Host] = entry } }.ToJsonString();
    }

    private async Task<MappingStatus> StartAsync(Scope scope, MappedProject? mapping, string action, CancellationToken cancellationToken)
    {
        var subject = MappingPlans.Subject(scope.ProjectId);
        if (await plans.FindRunningAsync(scope, subject, cancellationToken).ConfigureAwait(false) is { } running)
        {
            return new(mapping, running);
        }

        var plan = await plans.StartAsync(scope, MappingPlans.Request(scope.ProjectId, scope.ProjectName), cancellationToken).ConfigureAwait(false);
        await audit.WriteAsync(scope, action, subject, "ok", cancellationToken).ConfigureAwait(false);
        return new(mapping, plan);
    }

    private static MappedProject? View(ProjectMapping? mapping) => mapping is null ? null : new MappedProject
    {
        ProjectId = mapping.ProjectId,
        HarborProject = mapping.HarborProject,
        RegistryHost = mapping.RegistryHost,
        UserName = mapping.UserId is null ? null : mapping.UserName,
        AuthMode = mapping.AuthMode,
        PullRobot = mapping.Pull.FullName,
        PushRobot = mapping.Push.FullName,
        StorageLimit = mapping.StorageLimit,
        ReadyAt = mapping.ReadyAt,
    };
}
