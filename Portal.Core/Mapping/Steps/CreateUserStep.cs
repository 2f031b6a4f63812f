using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Steps;

/// <summary>Makes the project's Harbor user. Its e-mail address carries the project's id: by it the portal knows its own.</summary>
internal sealed class CreateUserStep(MappingTools tools) : MappingStep(tools.Account)
{
    public const string StepId = "mapping.user";

    private const string Kind = "Harbor user";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [PrepareMappingStep.StepId];

    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        var mapping = await tools.Store.FindAsync(MappingTools.ProjectId(context), cancellationToken).ConfigureAwait(false);
        if (mapping is not { HarborProjectId: null, Password: not null })
        {
            // The project stayed because it is not empty: its user stays with it.
            return;
        }

        var user = await tools.Accounts.FindUserAsync(mapping.UserName, cancellationToken).ConfigureAwait(false);
        if (user is not null && user.Email == tools.EmailOf(mapping.ProjectId))
        {
            await tools.Accounts.DeleteUserAsync(user.Id, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.user.delete", mapping.UserName, cancellationToken).ConfigureAwait(false);
        }

        await tools.ChangeAsync(context, m => m with { UserId = null, Password = null }, cancellationToken).ConfigureAwait(false);
    }

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var mapping = await tools.MappingAsync(context, cancellationToken).ConfigureAwait(false);
        if (mapping.AuthMode != "db_auth")
        {
            return StepResult.Skipped(Reason.Of("mapping.no-local-users", ("mode", mapping.AuthMode)));
        }

        mapping = await KeepPasswordAsync(context, mapping, cancellationToken).ConfigureAwait(false);
        var login = new HarborLogin(mapping.UserName, tools.Store.Open(mapping.ProjectId, "user", mapping.Password)!);
        var user = await FindOwnAsync(mapping, cancellationToken).ConfigureAwait(false);
        if (user is null)
        {
            user = await CreateAsync(context, mapping, login, cancellationToken).ConfigureAwait(false);
        }
        else if (!await tools.Accounts.AcceptsAsync(login, cancellationToken).ConfigureAwait(false))
        {
            await SetPasswordAsync(context, user, login, cancellationToken).ConfigureAwait(false);
        }

        await tools.ChangeAsync(context, m => m with { UserId = user.Id }, cancellationToken).ConfigureAwait(false);
        await context.KeepAsync("userName", user.UserName, cancellationToken).ConfigureAwait(false);
        await MappingTools.ReportAsync(context, Kind, user.UserName, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    /// <summary>The password is ours and kept before the user is made, so that two runners use the same and none is lost.</summary>
    private async Task<ProjectMapping> KeepPasswordAsync(StepContext context, ProjectMapping mapping, CancellationToken cancellationToken)
    {
        var fresh = tools.Store.NewSecret(mapping.ProjectId, "user");
        return await tools.ChangeAsync(
            context, m => tools.Store.Open(m.ProjectId, "user", m.Password) is null ? m with { Password = fresh } : m, cancellationToken).ConfigureAwait(false);
    }

    private async Task<RegistryUser?> FindOwnAsync(ProjectMapping mapping, CancellationToken cancellationToken)
    {
        var user = await tools.Accounts.FindUserAsync(mapping.UserName, cancellationToken).ConfigureAwait(false);
        return user is null || user.Email == tools.EmailOf(mapping.ProjectId) ? user : throw MappingTools.Foreign("mapping.foreign-user", mapping.UserName);
    }

    private async Task<RegistryUser> CreateAsync(StepContext context, ProjectMapping mapping, HarborLogin login, CancellationToken cancellationToken)
    {
        var email = tools.EmailOf(mapping.ProjectId);
        try
        {
            var realName = HarborName.RealName(context.Inputs<MappingInputs>().ProjectName);
            await tools.Accounts.CreateUserAsync(new NewRegistryUser(mapping.UserName, email, realName, login.Password), cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.user.create", mapping.UserName, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
        {
            // The other runner was first, or somebody else has the name or the address: Harbor does not say which.
        }

        return await FindOwnAsync(mapping, cancellationToken).ConfigureAwait(false) ?? throw MappingTools.Foreign("mapping.foreign-address", email);
    }

    private async Task SetPasswordAsync(StepContext context, RegistryUser user, HarborLogin login, CancellationToken cancellationToken)
    {
        try
        {
            await tools.Accounts.SetPasswordAsync(user.Id, login.Password, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.user.password", user.UserName, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Invalid)
        {
            // It is that one already: the account was frozen by somebody's wrong password when it was asked.
        }
    }
}
