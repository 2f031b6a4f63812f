using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Heat;
using Portal.Core.Identity;
using Portal.Core.Provisioning;

namespace Portal.Core.Registry.Creation.Steps;

/// <summary>What the steps share that work on the stack, in the plan's project with the portal's own credential.</summary>
internal sealed class HarborStackTools(IHeatStacks stacks, IHeatClient heat, IPlatformScope platform, IOptions<ClustersOptions> options, TimeProvider time)
{
    /// <summary>Every stack that the portal made has this tag.</summary>
    public const string Tag = "portal-harbor";

    /// <summary>Gets when to look again at what Heat does.</summary>
    public TimeSpan Soon => options.Value.LookAgain;

    public IHeatStacks Stacks => stacks;

    public TimeProvider Time => time;

    /// <summary>Gives the tag that tells the plan's stack from every other.</summary>
    public static string TagOf(Plan plan) => "portal-plan-" + plan.Id;

    public Task<Scope> EnterAsync(StepContext context, CancellationToken cancellationToken) =>
        platform.ForProjectAsync(context.Plan.Region, context.Plan.ProjectId, $"plan/{context.Plan.Id} {context.Step.Id}", context.Plan.RequestedBy, cancellationToken);

    /// <summary>Says why the stack failed: the words of the resource that failed itself, not of those that were stopped because of it.</summary>
    public async Task<Reason> WhyAsync(Scope scope, MadeStack stack, CancellationToken cancellationToken)
    {
        var failed = await heat.ListResourcesAsync(scope, new Stack(stack.Id, stack.Name, stack.Status, stack.StatusReason), failedOnly: true, cancellationToken).ConfigureAwait(false);
        var first = failed.LastOrDefault(r => r.StatusReason.Length > 0 && !r.StatusReason.Contains("aborted", StringComparison.Ordinal));
        return first is null
            ? Reason.Of("harbor.stack-failed", ("name", stack.Name), ("status", stack.Status), ("answer", stack.StatusReason))
            : Reason.Of("harbor.resource-failed", ("name", stack.Name), ("resource", first.LogicalId), ("answer", first.StatusReason));
    }

    /// <summary>Begins to delete the stack and says whether it is gone; one that the portal did not make is left alone.</summary>
    /// <exception cref="StepFailedException">It is somebody else's, or Heat could not delete it.</exception>
    public async Task<bool> DeleteAsync(StepContext context, string stackId, CancellationToken cancellationToken)
    {
        const string sentAt = "delete-sent";
        var scope = await EnterAsync(context, cancellationToken).ConfigureAwait(false);
        if (await stacks.FindAsync(scope, stackId, cancellationToken).ConfigureAwait(false) is not { IsDeleted: false } stack)
        {
            return true;
        }

        if (!stack.Tags.Contains(Tag))
        {
            throw new StepFailedException(Reason.Of("harbor.stack-foreign", ("name", stack.Name)), Actor.Platform);
        }

        var sent = DateTimeOffset.TryParse(context.Output(context.Step.Id, sentAt), null, System.Globalization.DateTimeStyles.RoundtripKind, out var at) ? at : (DateTimeOffset?)null;
        if (stack.Status == "DELETE_FAILED" && sent < time.GetUtcNow() - options.Value.Settle)
        {
            // The next attempt sends it again.
            await context.KeepAsync(sentAt, "", cancellationToken).ConfigureAwait(false);
            throw new StepFailedException(await WhyAsync(scope, stack, cancellationToken).ConfigureAwait(false), Actor.Platform);
        }

        if (stack.Status != "DELETE_IN_PROGRESS" && (sent is null || sent < time.GetUtcNow() - options.Value.Settle))
        {
            await context.KeepAsync(sentAt, time.GetUtcNow().ToString("O"), cancellationToken).ConfigureAwait(false);
            await stacks.DeleteAsync(scope, stack, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }
}
