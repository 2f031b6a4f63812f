using Portal.Core.Provisioning;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Clusters.Create;
using Portal.Clusters.Details;
using Portal.Core.Addons;
using Portal.Provisioning;
using Portal.Shared;

namespace Portal.Tests.Browser;

/// <summary>The main job at a browser: a cluster is made, becomes a platform, is used, changed and deleted.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class ClusterLifeTests(PortalWorld world)
{
    [Fact]
    public async Task Create_BadNameCorrected_PlanIsWatchedToDone_AndTheClusterIsAPlatform()
    {
        await using var visit = await world.SignedInAsync("dana", world.Path("team-shop", "/clusters"));
        await visit.Link(ClustersText.Create).ClickAsync();
        await FillInAsync(visit, "shop-new");

        await visit.Button(CreateText.Create).ClickAsync();

        await visit.SeesHeadingAsync(Sentence.With(Words.Of(PlansText.ResourceManager, "Title.cluster-initialisation"), ("name", "shop-new")));
        await visit.CheckAsync("plan that runs");
        await DoneAsync(visit);
        await visit.CheckAsync("plan that is done");
        await visit.GoAsync(world.Path("team-shop", "/clusters?q=shop-new"));
        await Assertions.Expect(visit.Row("shop-new")).ToContainTextAsync(ClustersText.PlatformReady);
        await visit.Link("shop-new").ClickAsync();
        await visit.SeesHeadingAsync("shop-new");
        await visit.Link(ClusterText.TabAddons).ClickAsync();
        foreach (var addon in new AddonsOptions().AddonsOf("default")!)
        {
            var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { Has = visit.Page.GetByText(Words.Of(StepText.ResourceManager, "addon." + addon), new() { Exact = true }) });
            await Assertions.Expect(row).ToContainTextAsync(ClusterText.AddonReady);
        }

        await visit.CheckAsync("add-ons");
    }

    [Fact]
    public async Task Create_LeftAndOpenedAgain_KeepsWhatWasTyped()
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters/create"));
        await ToSizeAsync(visit);
        await visit.Page.GetByLabel(CreateText.Name, new() { Exact = true }).FillAsync("shop-typed");
        await Assertions.Expect(visit.Page.GetByText("shop-typed").First).ToBeVisibleAsync();
        await visit.Button(NextTo(CreateText.StepNetwork)).ClickAsync();

        await visit.GoAsync(world.Path("team-shop", "/clusters"));
        await visit.GoAsync(world.Path("team-shop", "/clusters/create"));
        await visit.Button(CreateText.StepSize).ClickAsync();

        await Assertions.Expect(visit.Page.GetByLabel(CreateText.Name, new() { Exact = true })).ToHaveValueAsync("shop-typed");
        visit.NoComplaints("wizard opened again");
    }

    [Fact]
    public async Task Kubeconfig_OfASecondMember_WorksAndIsShownOnce()
    {
        var cluster = await world.ReadyClusterAsync();
        var path = world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=access");
        await using var visit = await world.SignedInAsync("dana", path);

        var text = await KubeconfigAsync(visit);
        await visit.CheckAsync("kubeconfig");

        Assert.Equal(HttpStatusCode.OK, await CallAsync(text, "/api/v1/nodes"));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(text, "/api/v1/namespaces/zone-test/pods"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(text, "/api/v1/namespaces/kube-system/secrets"));
        await visit.GoAsync(path);
        await visit.SeesAsync("dana");
        await Assertions.Expect(visit.Page.Locator("#kubeconfig-text")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Resize_ToThreeWorkers_IsAPlanThatEndsDone()
    {
        var cluster = await world.ReadyClusterAsync();
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", $"/clusters/{cluster.ClusterId}"));

        await visit.Button(ClustersText.ActionResize).ClickAsync();
        await visit.Page.GetByLabel(ClusterText.Workers, new() { Exact = true }).FillAsync("3");
        await visit.CheckAsync("resize dialog");
        await visit.Button(Sentence.With(ClusterText.ResizeVerb, ("name", "shop-ready"))).ClickAsync();

        await visit.SeesHeadingAsync(Sentence.With(Words.Of(PlansText.ResourceManager, "Title.cluster-resize"), ("name", "shop-ready")));
        await DoneAsync(visit);
    }

    [Fact]
    public async Task Certificates_RotatedFromTheMenu_EndOldKubeconfigs_AndNewOnesWork()
    {
        var cluster = await world.ReadyClusterAsync();
        var access = world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=access");
        await using var visit = await world.SignedInAsync("dana", access);
        var old = await KubeconfigAsync(visit);
        await visit.GoAsync(world.Path("team-shop", $"/clusters/{cluster.ClusterId}"));

        await visit.Button(Sentence.With(ClustersText.ActionsFor, ("name", "shop-ready"))).ClickAsync();
        await visit.Button(ClustersText.ActionRotateAuthority).ClickAsync();
        await visit.SeesAsync(ClusterText.RotateAccess);
        await visit.CheckAsync("rotation dialog");
        await visit.Button(ClusterText.RotateVerb).ClickAsync();

        await visit.SeesHeadingAsync(Sentence.With(Words.Of(PlansText.ResourceManager, "Title.cluster-rotate-authority"), ("name", "shop-ready")));
        await DoneAsync(visit);
        await visit.CheckAsync("rotation done");
        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync(old, "/api/v1/nodes"));
        await visit.GoAsync(access);
        await visit.SeesAsync(AccessText.Rotated);
        Assert.Equal(HttpStatusCode.OK, await CallAsync(await KubeconfigAsync(visit), "/api/v1/nodes"));
    }

    [Fact]
    public async Task Delete_NameTyped_RemovesTheCluster()
    {
        var id = await world.ClusterIdAsync("team-lab", "lab-dana");
        await using var visit = await world.SignedInAsync("dana", world.Path("team-lab", $"/clusters/{id}?do=delete"));
        var sure = visit.Button(Sentence.With(ClusterText.DeleteVerb, ("name", "lab-dana")));
        await Assertions.Expect(sure).ToBeDisabledAsync();
        var typed = visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox);

        await typed.FillAsync("lab-dan");
        await Assertions.Expect(sure).ToBeDisabledAsync();
        await visit.CheckAsync("deletion");
        await typed.FillAsync("lab-dana");
        await sure.ClickAsync();

        await visit.SeesHeadingAsync(Sentence.With(Words.Of(PlansText.ResourceManager, "Title.cluster-delete"), ("name", "lab-dana")));
        await DoneAsync(visit);
        await Assertions.Expect(visit.Link(PlansText.OpenCluster)).ToHaveCountAsync(0);
        await visit.GoAsync(world.Path("team-lab", "/clusters"));
        await visit.SeesAsync(Sentence.With(ClustersText.EmptyTitle, ("project", "team-lab")));
        await visit.CheckAsync("empty list of a member");
    }

    [Fact]
    public async Task FailedCluster_IsExplainedInASentenceWithTheEvidence()
    {
        var id = await world.ClusterIdAsync("team-shop", "shop-vision");
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", $"/clusters/{id}"));

        await visit.SeesAsync(Words.Of(ReasonText.ResourceManager, "cluster.why.no-host"));
        await visit.CheckAsync("failed cluster");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = ClusterText.TabEvents, Exact = true }).ClickAsync();
        await visit.SeesAsync("No valid host");
        await visit.CheckAsync("events");
    }

    private static async Task FillInAsync(Visit visit, string name)
    {
        await ToSizeAsync(visit);
        var field = visit.Page.GetByLabel(CreateText.Name, new() { Exact = true });
        await field.FillAsync("9 shop");
        await Assertions.Expect(visit.Page.Locator("#name-error")).ToContainTextAsync(Words.Of(FieldErrorText.ResourceManager, "name-pattern"));
        await Assertions.Expect(field).ToHaveValueAsync("9 shop");
        await visit.CheckAsync("wizard with a bad name");
        await field.FillAsync(name);
        await Assertions.Expect(visit.Page.Locator("#name-error")).ToHaveCountAsync(0);
        foreach (var step in new[] { CreateText.StepNetwork, CreateText.StepAddons, CreateText.StepReview })
        {
            await visit.Button(NextTo(step)).ClickAsync();
        }

        await Assertions.Expect(visit.Button(CreateText.Create)).ToBeEnabledAsync();
        await visit.CheckAsync("wizard, review");
    }

    internal static async Task ToSizeAsync(Visit visit)
    {
        await visit.SeesHeadingAsync(CreateText.Title);
        await ToTemplateAsync(visit);
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = "k8s-1.31-small" }).CheckAsync();
        await Assertions.Expect(visit.Page.GetByText("--cluster-template k8s-1.31-small")).ToBeVisibleAsync();
        await visit.Button(NextTo(CreateText.StepSize)).ClickAsync();
    }

    // The wizard opens where the same person left it.
    internal static async Task ToTemplateAsync(Visit visit)
    {
        var step = visit.Page.Locator(".stp5 li").First;
        await step.WaitForAsync();
        if (await step.GetByRole(AriaRole.Button).IsVisibleAsync())
        {
            await step.GetByRole(AriaRole.Button).ClickAsync();
        }
    }

    internal static string NextTo(string step) => Sentence.With(CreateText.Next, ("step", char.ToLowerInvariant(step[0]) + step[1..]));

    private static async Task<string> KubeconfigAsync(Visit visit)
    {
        await visit.Button(AccessText.Make).ClickAsync();
        await visit.SeesAsync(AccessText.ShownOnce);
        await visit.Page.GetByText(AccessText.Show, new() { Exact = true }).ClickAsync();
        return await visit.Page.Locator("#kubeconfig-text").InnerTextAsync();
    }

    private static Task DoneAsync(Visit visit) =>
        visit.SeesPlanAsync(PlanState.Done);

    // What kubectl does with the file.
    internal static async Task<HttpStatusCode> CallAsync(string kubeconfig, string path, string? proxy = null)
    {
        var config = JsonNode.Parse(kubeconfig)!;
        var cluster = config["clusters"]![0]!["cluster"]!;
        using var authority = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Convert.FromBase64String((string)cluster["certificate-authority-data"]!)));
        using var handler = new SocketsHttpHandler { UseProxy = proxy is not null, Proxy = proxy is null ? null : new WebProxy(proxy) };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, (string)cluster["server"]! + path);
        request.Headers.Authorization = new("Bearer", (string)config["users"]![0]!["user"]!["token"]!);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
