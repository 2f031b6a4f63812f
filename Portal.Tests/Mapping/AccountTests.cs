using System.Net.Http.Json;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>The portal's account in Harbor: its password replaced, and frozen by somebody, while calls go on.</summary>
public sealed class AccountTests : IAsyncLifetime
{
    private readonly MappingInputs project = MappingRoom.NewProject();
    private readonly TemporaryFolder folder = new();
    private RunningHarbor harbor = null!;
    private HarborProxy proxy = null!;
    private MappingRoom room = null!;

    private string PasswordFile => Path.Combine(folder.Path, "harbor-password");

    public async Task InitializeAsync()
    {
        harbor = await RunningHarbor.StartAsync();
        proxy = await HarborProxy.StartAsync(harbor.Url);
        await File.WriteAllTextAsync(PasswordFile, "labpass\n");
        room = new MappingRoom(proxy.Url, configure: o => (o.Password, o.PasswordFile) = (null, PasswordFile));
        room.Clouds.Put(project);
    }

    public async Task DisposeAsync()
    {
        await room.DisposeAsync();
        await proxy.DisposeAsync();
        await harbor.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task PasswordReplaced_BetweenTwoCalls_IsReadAgainWhenTheOldOneIsRefused()
    {
        await room.RunAsync(project);
        await SetPasswordAsync("labpass", "Second-Passw0rd");
        proxy.Answer = (_, _, status, answer) =>
        {
            if (status == 401)
            {
                File.WriteAllText(PasswordFile, "Second-Passw0rd\n");
            }

            return (status, answer);
        };

        await room.Harbor.CreateProjectAsync("after-" + project.ProjectId, -1, CancellationToken.None);

        Assert.NotNull(await room.Harbor.FindProjectAsync("after-" + project.ProjectId, CancellationToken.None));
    }

    [Fact]
    public async Task PasswordReplaced_InTheMiddleOfASweep_TheSweepGoesOn()
    {
        await room.RunAsync(project);
        var isReplaced = 0;
        proxy.Before = async request =>
        {
            if (request.Path.Value!.EndsWith("/users", StringComparison.Ordinal) && Interlocked.Exchange(ref isReplaced, 1) == 0)
            {
                await SetPasswordAsync("labpass", "Second-Passw0rd");
                await File.WriteAllTextAsync(PasswordFile, "Second-Passw0rd\n");
            }
        };

        var report = await CompareAsync();

        Assert.Equal(1, isReplaced);
        Assert.Null(report.Failure);
        Assert.Equal(PlaceState.InSync, report.Places.Single(p => p.ProjectId == project.ProjectId).State);
    }

    [Fact]
    public async Task PasswordFile_GoneForAMoment_MayHeal_AndIsNoPath()
    {
        File.Delete(PasswordFile);

        var failure = await Assert.ThrowsAsync<BackendException>(() => room.Harbor.GetSystemAsync(CancellationToken.None));

        Assert.True(failure.MayHeal);
        Assert.Contains("Portal:Harbor:PasswordFile", failure.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Path, failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(BackendFailure.Unreachable, (await CompareAsync()).Failure!.Failure);
    }

    [Fact]
    public async Task Frozen_BySomebodysWrongPassword_InTheMiddleOfASweep_TheSweepGoesOn()
    {
        await room.RunAsync(project);
        var frozen = 0;
        proxy.Before = async request =>
        {
            if (request.Path.Value!.EndsWith("/projects", StringComparison.Ordinal) && Interlocked.Exchange(ref frozen, 1) == 0)
            {
                await FreezeAsync();
            }
        };

        var report = await CompareAsync();

        Assert.Equal(1, frozen);
        Assert.Null(report.Failure);
        Assert.Equal(PlaceState.InSync, report.Places.Single(p => p.ProjectId == project.ProjectId).State);
    }

    private Task<ComparisonReport> CompareAsync() => room.Comparison.CompareAsync(ComparisonStoriesTests.Administrator(), closely: true, CancellationToken.None);

    private async Task SetPasswordAsync(string old, string replacement)
    {
        using var admin = RunningHarbor.Http(harbor.Url, "admin", old);
        using var answer = await admin.PutAsJsonAsync("/api/v2.0/users/1/password", new { old_password = old, new_password = replacement });
        answer.EnsureSuccessStatusCode();
    }

    // Comes back as soon as the right password is refused as well.
    private async Task FreezeAsync()
    {
        using var stranger = RunningHarbor.Http(harbor.Url, "admin", "Wrong-Passw0rd-1");
        using var right = RunningHarbor.Http(harbor.Url, "admin", "labpass");
        var wrong = stranger.GetAsync("/api/v2.0/users/current");
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await right.GetAsync("/api/v2.0/users/current");
                return wrong.IsCompleted || !answer.IsSuccessStatusCode;
            },
            "the account is frozen");
    }
}
