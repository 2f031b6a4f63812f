using System.Text.Json;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;
using Portal.Core.Registry.Hooks;

namespace Portal.Core.Mapping.Steps;

/// <summary>Has Harbor tell the portal when the project's images change. Part of a plan only where the site says how Harbor reaches the portal.</summary>
internal sealed class SetHookStep(MappingTools tools, HarborHooks hooks, HookTokens tokens) : MappingStep(tools.Account)
{
    public const string StepId = "mapping.hook";
    private static readonly string[] Events = ["PUSH_ARTIFACT", "DELETE_ARTIFACT", "SCANNING_COMPLETED", "SCANNING_FAILED"];

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [CreateProjectStep.StepId];

    public override bool AppliesTo(JsonElement inputs) => tools.Options.HookUrl is not null;

    /// <summary>Goes with the project, and stays with it.</summary>
    public override Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (tools.Options.HookUrl is not { } url)
        {
            return StepResult.Skipped(Reason.Of("mapping.no-hook"));
        }

        var mapping = await tools.MappingAsync(context, cancellationToken).ConfigureAwait(false);
        await tools.ProjectAsync(mapping, cancellationToken).ConfigureAwait(false);
        var address = url.TrimEnd('/') + HarborOptions.HookPath;
        var there = await hooks.FindAsync(mapping.HarborProject, cancellationToken).ConfigureAwait(false);
        if (there is not { IsEnabled: true } || there.Address != address || !Events.All(there.Events.Contains) || !tokens.Proves(there.Header, mapping.ProjectId))
        {
            var wanted = new HarborHook(address, tokens.Make(mapping.ProjectId), [.. Events], true) { Id = there?.Id ?? 0 };
            await hooks.PutAsync(mapping.HarborProject, wanted, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.hook.set", mapping.HarborProject, cancellationToken).ConfigureAwait(false);
        }

        await MappingTools.ReportAsync(context, "Harbor web hook", mapping.HarborProject, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }
}
