using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters.Heat;
using Portal.Core.Provisioning;

namespace Portal.Core.Registry.Creation.Steps;

/// <summary>Gives Heat the template. A stack whose answer was lost is found again by its name and the plan's tag; another one of that name is left alone.</summary>
internal sealed class CreateStackStep(HarborStackTools tools, HarborRecords records) : HarborStep
{
    public const string StepId = "harbor.create-stack";

    /// <summary>Name of the output with Heat's id.</summary>
    public const string StackOutput = "stack";

    /// <summary>How long the instance has until its signal: less than a Keystone token lives.</summary>
    public const int SignalSeconds = 2400;

    /// <summary>How long Heat works at it.</summary>
    public const int Minutes = 60;

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [PrepareHarborStep.StepId, RemoveOldStep.StepId];

    /// <summary>An upgrade is not taken back: the old instance is gone, the new one has its volume.</summary>
    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        var inputs = context.Inputs<HarborCreateInputs>();
        if (inputs.ReplacedStack is not null)
        {
            return;
        }

        var scope = await tools.EnterAsync(context, cancellationToken).ConfigureAwait(false);
        var id = context.Output(StepId, StackOutput) ?? (await FindByNameAsync(scope, context, cancellationToken).ConfigureAwait(false))?.Id;
        if (id is not null && !await tools.DeleteAsync(context, id, cancellationToken).ConfigureAwait(false))
        {
            throw new BackendException("heat", "delete stack", BackendFailure.Conflict, "the stack is being deleted");
        }

        await records.ChangeAsync(r => r?.Stack is { } made && made.Id == id ? HarborRecords.WithoutStack(r) : r, cancellationToken).ConfigureAwait(false);
    }

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var scope = await tools.EnterAsync(context, cancellationToken).ConfigureAwait(false);
        var spec = context.Inputs<HarborCreateInputs>().Spec;
        var id = context.Output(StepId, StackOutput);
        if (id is null)
        {
            id = await FindOwnAsync(scope, context, cancellationToken).ConfigureAwait(false) ?? await CreateAsync(scope, context, spec, cancellationToken).ConfigureAwait(false);
            await context.KeepAsync(StackOutput, id, cancellationToken).ConfigureAwait(false);
        }

        var plan = context.Plan;
        await records.ChangeAsync(
            r => (r ?? new HarborRecord()) with
            {
                Stack = new HarborStackRecord
                {
                    Id = id,
                    ProjectId = plan.ProjectId,
                    Cloud = plan.Region.Cloud,
                    Region = plan.Region.Region,
                    Spec = spec,
                    Volume = spec.Volume.Length > 0 ? spec.Volume : null,
                    AdminPassword = r?.Stack?.AdminPassword,
                    IsRegistered = r?.Stack?.IsRegistered ?? false,
                },
            },
            cancellationToken).ConfigureAwait(false);
        await context.ReportAsync(Reason.Of("harbor.stack-begun", ("name", spec.Name)), [new MadeObject("Heat stack", spec.Name, false)], cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    private async Task<string> CreateAsync(Scope scope, StepContext context, HarborSpec spec, CancellationToken cancellationToken)
    {
        var secrets = await records.FindSecretsAsync(context.Plan.Id, cancellationToken).ConfigureAwait(false) ?? throw Failed(Reason.Of("harbor.secrets-lost"));
        var (template, files) = await StackTemplate.ReadAsync(cancellationToken).ConfigureAwait(false);
        var tags = ImmutableArray.Create(HarborStackTools.Tag, HarborStackTools.TagOf(context.Plan));
        var stack = new NewStack(spec.Name, template, files, HarborSpecRules.Parameters(spec, secrets.PublicKey, SignalSeconds), tags, Minutes);
        try
        {
            return await tools.Stacks.CreateAsync(scope, stack, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
        {
            if (await FindOwnAsync(scope, context, cancellationToken).ConfigureAwait(false) is { } own)
            {
                return own;
            }

            throw;
        }
    }

    private async Task<string?> FindOwnAsync(Scope scope, StepContext context, CancellationToken cancellationToken)
    {
        var stack = await FindByNameAsync(scope, context, cancellationToken).ConfigureAwait(false);
        if (stack is not null)
        {
            return stack.Id;
        }

        var name = context.Inputs<HarborCreateInputs>().Spec.Name;
        return await tools.Stacks.FindAsync(scope, name, cancellationToken).ConfigureAwait(false) is { IsDeleted: false } ? throw Failed(Reason.Of("harbor.stack-foreign", ("name", name))) : null;
    }

    private async Task<MadeStack?> FindByNameAsync(Scope scope, StepContext context, CancellationToken cancellationToken)
    {
        var stack = await tools.Stacks.FindAsync(scope, context.Inputs<HarborCreateInputs>().Spec.Name, cancellationToken).ConfigureAwait(false);
        return stack is { IsDeleted: false } && stack.Tags.Contains(HarborStackTools.TagOf(context.Plan)) ? stack : null;
    }
}
