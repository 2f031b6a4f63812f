using Portal.Clusters.Create;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Clusters;

public sealed class ClusterCreateModelTests
{
    private readonly FakeClusters _clusters = new();
    private readonly FakeScopes _scopes = new();

    [Fact]
    public async Task GoTo_WithSomethingToCorrect_StaysAndShowsIt()
    {
        _clusters.Check = _ => new ClusterCheck([FieldError.Of(nameof(ClusterSpec.TemplateId), "template-needed")], [], []);
        var model = await LoadedAsync();
        Assert.Empty(model.ErrorsOf(nameof(ClusterSpec.TemplateId)));

        Assert.False(model.GoTo(CreateStep.Size));

        Assert.Equal(CreateStep.Template, model.Draft.Step);
        Assert.Single(model.ErrorsOf(nameof(ClusterSpec.TemplateId)));
    }

    [Fact]
    public async Task GoToChecked_BeforeTheCheckOfTheLastChange_WaitsForItAndGoes()
    {
        _clusters.Check = spec => new ClusterCheck(spec.TemplateId.Length == 0 ? [FieldError.Of(nameof(ClusterSpec.TemplateId), "template-needed")] : [], [], []);
        var model = await LoadedAsync();
        model.Change(nameof(ClusterSpec.TemplateId), model.Spec with { TemplateId = "t1" });
        var typing = model.CheckSoonAsync(_scopes.Scope, CancellationToken.None);

        Assert.True(await model.GoToCheckedAsync(_scopes.Scope, CreateStep.Size, CancellationToken.None));

        Assert.Equal(CreateStep.Size, model.Draft.Step);
        Assert.False(await typing);
    }

    [Fact]
    public async Task GoToChecked_NewFinding_IsNotPassedBecauseTheOldCheckWasClean()
    {
        _clusters.Check = spec => new ClusterCheck(spec.Name == "9" ? [FieldError.Of(nameof(ClusterSpec.Name), "name-pattern")] : [], [], []);
        var model = await LoadedAsync();
        model.GoTo(CreateStep.Size);
        model.Change(nameof(ClusterSpec.Name), model.Spec with { Name = "9" });

        Assert.False(await model.GoToCheckedAsync(_scopes.Scope, CreateStep.Network, CancellationToken.None));

        Assert.Equal(CreateStep.Size, model.Draft.Step);
        Assert.True(model.IsWrong(nameof(ClusterSpec.Name)));
    }

    [Fact]
    public async Task Change_LabelsAsTyped_AreKeptExactly()
    {
        var model = await LoadedAsync();
        model.Change(nameof(ClusterSpec.Labels), model.Spec with { Labels = [new("Kube_Tag ", " V1.31=x,y")] });

        var kept = ClusterDraft.Read(model.Draft.Write());

        Assert.Equal(new ClusterLabel("Kube_Tag ", " V1.31=x,y"), Assert.Single(kept.Spec.Labels));
        Assert.Equal(model.Draft.IntentId, kept.IntentId);
    }

    [Fact]
    public async Task Load_KeptDraft_ComesBackWithItsIntent()
    {
        var draft = new ClusterDraft { IntentId = "i1", Step = CreateStep.Network, Spec = new ClusterSpec { Name = "shop-prod-3", TemplateId = "t1" } };
        var model = await LoadedAsync(draft.Write());

        Assert.Equal("shop-prod-3", model.Spec.Name);
        Assert.Equal("i1", model.Draft.IntentId);
        Assert.Equal("k8s-1.31-ha", model.Template!.Name);
    }

    [Fact]
    public async Task Create_Refused_ShowsMagnumsErrorAtItsFieldAndStep()
    {
        var model = await LoadedAsync();
        model.GoTo(CreateStep.Review);
        _clusters.Failure = new ClusterInvalidException([FieldError.Of(nameof(ClusterSpec.Keypair), "keypair-not-yours", ("value", "laptop"))]);

        Assert.Null(await model.CreateAsync(_scopes.Scope, CancellationToken.None));

        Assert.Equal(CreateStep.Size, model.Draft.Step);
        Assert.True(model.IsWrong(nameof(ClusterSpec.Keypair)));
        Assert.Equal("default-profile", model.Spec.Profile);
    }

    [Fact]
    public async Task StartAnew_ForgetsWhatWasTypedAndAsksForAnotherCluster()
    {
        var model = await LoadedAsync(new ClusterDraft { IntentId = "i1", Step = CreateStep.Network, Spec = new ClusterSpec { Name = "shop", TemplateId = "t1" } }.Write());
        Assert.True(model.IsBegun);

        await model.StartAnewAsync(_scopes.Scope, CancellationToken.None);

        Assert.False(model.IsBegun);
        Assert.Equal((CreateStep.Template, "default-profile"), (model.Draft.Step, model.Spec.Profile));
        Assert.NotEqual("i1", model.Draft.IntentId);
    }

    [Fact]
    public async Task Create_Twice_HasOneIntent()
    {
        var model = await LoadedAsync();

        await model.CreateAsync(_scopes.Scope, CancellationToken.None);
        await model.CreateAsync(_scopes.Scope, CancellationToken.None);

        Assert.Single(_clusters.Created.Select(c => c.IntentId).Distinct());
    }

    [Fact]
    public async Task Create_BackendDown_KeepsWhatWasTyped()
    {
        var model = await LoadedAsync();
        model.Change(nameof(ClusterSpec.Name), model.Spec with { Name = "shop" });
        _clusters.Failure = new BackendException("magnum", "create cluster", BackendFailure.Broken);

        Assert.Null(await model.CreateAsync(_scopes.Scope, CancellationToken.None));

        Assert.Same(_clusters.Failure, model.Failure);
        Assert.Equal("shop", model.Spec.Name);
        Assert.False(model.IsCreating);
    }

    [Fact]
    public void SameAs_AllWays_SayTheSame()
    {
        var spec = new ClusterSpec { Name = "shop", TemplateId = "t1", MasterCount = 3, NodeCount = 5, Keypair = "desk", Labels = [new("a b", "it's")] };

        var ways = SameAsCluster.Of(spec, null);

        Assert.Contains("--labels 'a b=it'\\''s'", ways[0].Text, StringComparison.Ordinal);
        Assert.Contains("\"node_count\": 5", ways[1].Text, StringComparison.Ordinal);
        Assert.Contains("\"merge_labels\": true", ways[1].Text, StringComparison.Ordinal);
        Assert.Contains("master_count        = 3", ways[2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TooMuch_QuotaFull_IsNamed()
    {
        _clusters.Check = _ => new ClusterCheck([], [new QuotaNeed("floating-ips", 2, new ProjectQuota("floating-ips", 10, 10, "count"))], []);

        Assert.Equal(["floating-ips"], (await LoadedAsync()).TooMuch.Select(n => n.Resource));
    }

    private async Task<ClusterCreateModel> LoadedAsync(string? kept = null)
    {
        var model = new ClusterCreateModel(_clusters, new FakeOffer(), TimeProvider.System);
        await model.LoadAsync(_scopes.Scope, kept, "default-profile", CancellationToken.None);
        return model;
    }
}
