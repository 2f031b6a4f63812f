using System.Net.Http.Json;
using Portal.Core.Registry.Verification;
using Portal.Sandbox.Faults;

namespace Portal.Tests.Registry.Verification;

/// <summary>What a run makes is taken away again, whatever happens.</summary>
public sealed class VerificationTrialTests(VerifiedHarbor harbor) : IClassFixture<VerifiedHarbor>
{
    [Theory]
    [InlineData("POST", "/users$", "user")]
    [InlineData("POST", "/robots$", "robot")]
    [InlineData("POST", "/members$", "member")]
    [InlineData("PUT", "^/api/v2.0/quotas/", "quota")]
    public async Task AWriteFails_SaysWhich_AndNothingIsLeft(string method, string path, string check)
    {
        using var broken = harbor.With(new Fault { Service = "harbor", Method = method, Path = path, Kind = "status", Status = 500 });

        var report = await harbor.RunAsync();

        Assert.Equal(CheckOutcome.Failed, report.Checks.Single(c => c.Check == check).Outcome);
        Assert.Equal("cleanup.ok", report.Checks.Single(c => c.Check == "cleanup").Code);
        Assert.Equal(CheckNames.All, report.Checks.Select(c => c.Check));
        Assert.Empty(await harbor.LeftAsync());
    }

    [Theory]
    [InlineData("/projects$", "project")]
    [InlineData("/users$", "user")]
    public async Task AnswerOfAWriteIsLost_WhatItMadeIsFoundAndDeleted(string path, string check)
    {
        using var lost = harbor.With(new Fault { Service = "harbor", Method = "POST", Path = path, Kind = "cut-answer" });

        var report = await harbor.RunAsync();

        Assert.Equal("call.unreachable", report.Checks.Single(c => c.Check == check).Code);
        Assert.Equal("cleanup.ok", report.Checks.Single(c => c.Check == "cleanup").Code);
        Assert.Empty(await harbor.LeftAsync());
    }

    [Fact]
    public async Task StoppedInTheMiddle_TakesAwayWhatItMade_BeforeItEnds()
    {
        using var stop = new CancellationTokenSource();
        var told = new List<string>();
        var made = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => harbor.RunAsync(
            told: result =>
            {
                told.Add(result.Code);
                if (result.Check == "user")
                {
                    made = harbor.LeftAsync().GetAwaiter().GetResult().Count;
                    stop.Cancel();
                }
            },
            cancellationToken: stop.Token));

        Assert.Equal(2, made);
        Assert.Equal("cleanup.ok", told[^1]);
        Assert.Empty(await harbor.LeftAsync());
    }

    [Fact]
    public async Task DeletionRefused_NamesWhatIsLeft_AndTheNextRunFindsIt()
    {
        VerificationReport report;
        using (harbor.With(new Fault { Service = "harbor", Method = "DELETE", Kind = "status", Status = 500 }))
        {
            report = await harbor.RunAsync();
        }

        var cleanup = report.Checks.Single(c => c.Check == "cleanup");
        var left = await harbor.LeftAsync();
        Assert.Equal("cleanup.left", cleanup.Code);
        Assert.Equal(3, left.Count);
        Assert.All(left, name => Assert.Contains(name, cleanup.Arguments["names"], StringComparison.Ordinal));

        var next = (await harbor.RunAsync(readOnly: true)).Checks.Single(c => c.Check == "leftovers");
        Assert.Equal("leftovers.found", next.Code);
        Assert.All(left, name => Assert.Contains(name, next.Arguments["names"], StringComparison.Ordinal));
        await DeleteAsync(left);
    }

    private async Task DeleteAsync(IReadOnlyList<string> left)
    {
        using var http = harbor.Harbor.Http();
        (await http.DeleteAsync("/api/v2.0/projects/" + left[0])).EnsureSuccessStatusCode();
        foreach (var user in (await http.GetFromJsonAsync<System.Text.Json.Nodes.JsonArray>("/api/v2.0/users?page_size=100&q=username%3D~portal-verify-"))!)
        {
            (await http.DeleteAsync($"/api/v2.0/users/{user!["user_id"]}")).EnsureSuccessStatusCode();
        }
    }
}
