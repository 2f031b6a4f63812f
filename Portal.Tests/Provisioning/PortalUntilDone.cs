using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Identity;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>
/// The real portal in a process that ends by itself when the cluster's plan (its initialisation, or of the kind <c>--Until=KIND</c>) has ended: 0 when it is done.
/// With <c>--PersonRetries=true</c> a step that was interrupted too often is retried, as a person would.
/// </summary>
internal static class PortalUntilDone
{
    public static async Task<int> RunAsync(string[] args)
    {
        await using var portal = await PortalProcess.StartAsync(args, CancellationToken.None);
        var store = portal.App.Services.GetRequiredService<IDocumentStore>();
        var kind = portal.App.Configuration["Until"] ?? "cluster-initialisation";
        var personRetries = portal.App.Configuration["PersonRetries"] is "true";
        Plan? ended = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var plans = await store.ListAsync(PlanDocuments.Plans, null, CancellationToken.None);
                ended = plans.Select(p => p.Value).FirstOrDefault(p => p.Kind == kind && p.State is not PlanState.Running);
                if (personRetries && ended?.Steps.FirstOrDefault(s => s.State is StepState.NeedsSomeone && s.Reason?.Code == "step.interrupted") is { } step)
                {
                    var scope = await portal.App.Services.GetRequiredService<IPlatformScope>().ForProjectAsync(ended.Region, ended.ProjectId, "kill test", "test", CancellationToken.None);
                    await portal.App.Services.GetRequiredService<IPlanService>().RetryAsync(scope, ended.Id, step.Id, CancellationToken.None);
                    return false;
                }

                return ended is not null;
            },
            "the plan has ended",
            within: TimeSpan.FromMinutes(10));
        Console.WriteLine(Addons.InitialisationTests.Explain(ended!));
        return ended!.State is PlanState.Done ? 0 : 1;
    }
}
