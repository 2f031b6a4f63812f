using Microsoft.Playwright;
using Portal.Clusters.Create;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Provisioning;
using Portal.Provisioning;
using Portal.Shared;
using Portal.Tests.Browser;

namespace Portal.Tests.Lab;

/// <summary>The cluster that alice makes in a browser on the real Magnum, and that becomes a platform.</summary>
internal static class LabPlatform
{
    /// <summary>Where it is.</summary>
    public const string Project = "team-a-prod";

    /// <summary>Heat needs one to two minutes here, and more on a busy machine.</summary>
    public const float Patience = 900_000;

    /// <summary>Makes it: the wizard, the plan up to the API that cannot be reached, the splice, the plan to its end.</summary>
    public static async Task<Cluster> MakeAsync(LabWorld lab)
    {
        var name = NewName("shop");
        await using var visit = await lab.SignedInAsync("alice", await lab.PathAsync(Project, "/clusters/create"));
        await CreateAsync(visit, "k8s-1.24-small", name);

        await SeesReasonAsync(visit, Reason.Of("backend.unreachable", ("backend", "kubernetes")));
        var scope = await lab.ScopeAsync(Project);
        var cluster = await FindAsync(lab, scope, name);
        Assert.Equal(ClusterStatus.CreateComplete, cluster.Status);
        await Splice.JoinAsync(lab, scope, cluster);
        await DoneAsync(visit);
        visit.NoComplaints("plan on the real Magnum");
        return cluster;
    }

    /// <summary>Gives a name that no cluster has.</summary>
    public static string NewName(string prefix) => $"{prefix}-{Guid.NewGuid().ToString("N")[..6]}";

    /// <summary>Fills in the wizard that is open, creates, and waits for the plan's page.</summary>
    public static async Task CreateAsync(Visit visit, string template, string name)
    {
        await visit.SeesHeadingAsync(CreateText.Title);
        await ClusterLifeTests.ToTemplateAsync(visit);
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = template }).CheckAsync();
        await Assertions.Expect(visit.Page.GetByText($"--cluster-template {template}")).ToBeVisibleAsync();
        await NextAsync(visit, CreateText.StepSize);
        await visit.Page.GetByLabel(CreateText.Name, new() { Exact = true }).FillAsync(name);
        await Assertions.Expect(visit.Page.GetByText(name).First).ToBeVisibleAsync();
        foreach (var step in new[] { CreateText.StepNetwork, CreateText.StepAddons, CreateText.StepReview })
        {
            await NextAsync(visit, step);
        }

        await visit.Button(CreateText.Create).ClickAsync();
        await visit.SeesHeadingAsync(Sentence.With(Words.Of(PlansText.ResourceManager, "Title.cluster-initialisation"), ("name", name)));
    }

    /// <summary>Gives a cluster by its name, as Magnum has it now.</summary>
    public static async Task<Cluster> FindAsync(LabWorld lab, Scope scope, string name)
    {
        var magnum = lab.Host.Get<IMagnumClient>();
        var listed = (await magnum.ListClustersAsync(scope, detail: false, CancellationToken.None)).Single(c => c.Name == name);
        return (await magnum.FindClusterAsync(scope, listed.Id, CancellationToken.None))!;
    }

    /// <summary>Waits until the page tells a reason.</summary>
    public static Task SeesReasonAsync(Visit visit, Reason reason) =>
        Assertions.Expect(visit.Page.GetByText(Reasons.Tell(reason)).First).ToBeVisibleAsync(new() { Timeout = Patience });

    /// <summary>Waits until the plan on the page is done.</summary>
    public static Task DoneAsync(Visit visit) =>
        visit.SeesPlanAsync(PlanState.Done, Patience);

    private static Task NextAsync(Visit visit, string step) =>
        visit.Button(ClusterLifeTests.NextTo(step)).ClickAsync();
}
