using Bunit;
using MudBlazor;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Monitoring.Silences;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Monitoring.Silences;

public sealed class SilencePagesTests : AlertingPages
{
    [Fact]
    public void List_SaysWhoWhyAndHowMany_AndNamesAClusterThatIsSilent()
    {
        Clusters.Rows.Add(ShopWorld.Row("c6", "shop-build", StateKind.Ok, "ready"));
        Silences.Lists.Add(new("c6", true, [], new BackendException("alertmanager", "list silences", BackendFailure.Timeout)));
        var page = Show<SilencesPage>("/p/p1/alerts/silences");

        var row = page.WaitForElement("tbody tr").TextContent;
        Assert.Contains("alertname=\"ApiSlow\"", row, StringComparison.Ordinal);
        Assert.Contains("disk is extended", row, StringComparison.Ordinal);
        Assert.Contains("dana", row, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal("2", page.Find("tbody td.num").TextContent));
        Assert.Contains("shop-build", page.Find(".note b").TextContent, StringComparison.Ordinal);
        Assert.Single(page.FindAll("tbody tr"));
        page.Find("input[type=checkbox]").Change(true);
        Assert.Equal(2, page.FindAll("tbody tr").Count);
    }

    [Fact]
    public void End_IsDoneAtOnce_AndUndone_ByMakingItAgain()
    {
        var toasts = Render<MudSnackbarProvider>();
        var page = Show<SilencesPage>("/p/p1/alerts/silences");

        page.WaitForElement("tbody button").Click();
        page.WaitForAssertion(() => Assert.Equal(["s1"], Silences.Ended));
        toasts.WaitForElement(".mud-snackbar button").Click();
        page.WaitForAssertion(() => Assert.Single(Silences.Saved));

        var (cluster, draft) = Silences.Saved.Single();
        Assert.Equal(("c5", null, "disk is extended"), (cluster, draft.Id, draft.Comment));
        Assert.Equal("alertname=\"ApiSlow\"", draft.Matchers.Single().ToString());
    }

    [Fact]
    public void Reader_SeesThem_AndNoButton()
    {
        Scopes.Capabilities = [Capability.Read];
        var page = Show<SilencesPage>("/p/p1/alerts/silences");

        page.WaitForElement("tbody tr");
        Assert.Empty(page.FindAll("tbody button, tbody a, .head a.btn"));
    }

    [Fact]
    public void Form_OfAnAlert_HasItsLabels_SaysWhatItMatches_AndPutsErrorsAtTheirField()
    {
        var page = Show<SilencePage>("/p/p1/alerts/silences/edit?cluster=c5&alert=a");

        page.WaitForAssertion(() => Assert.Equal(["alertname", "namespace", "severity"], page.FindAll("input[aria-label=Label]").Select(i => i.GetAttribute("value"))));
        Assert.Contains("One alert", page.Find("section.card").TextContent, StringComparison.Ordinal);
        page.Find("button[aria-label='Remove the condition on namespace']").Click();
        Assert.Contains("2 alerts", page.Find("section.card").TextContent, StringComparison.Ordinal);
        Silences.Refusal = new ClusterInvalidException([FieldError.Of("comment", "silence-no-comment")]);
        page.Find("form").Submit();
        Assert.Contains("Say why", page.Find("#comment-error").TextContent, StringComparison.Ordinal);
        Silences.Refusal = null;
        page.Find("#silence-comment").Change("known");
        page.Find("form").Submit();
        page.WaitForAssertion(() => Assert.EndsWith("/p/p1/alerts/silences", Navigation.Uri, StringComparison.Ordinal));
        Assert.Equal(["alertname", "severity"], Silences.Saved.Single().Draft.Matchers.Select(m => m.Name));
    }

    [Fact]
    public void Form_WithALaterBeginning_CountsItsLengthFromThere_AndNoTimeIsToldAtItsField()
    {
        var page = Show<SilencePage>("/p/p1/alerts/silences/edit?cluster=c5&alert=a");
        page.WaitForElement("#silence-from").Change("tomorrow");
        page.Find("#silence-comment").Change("maintenance");
        page.Find("form").Submit();
        Assert.Contains("This is no time", page.Find("#startsAt-error").TextContent, StringComparison.Ordinal);
        Assert.Empty(Silences.Saved);

        page.Find("#silence-from").Change("2031-01-05 22:00");
        page.Find("#silence-hours").Change("4");
        page.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Single(Silences.Saved));
        var draft = Silences.Saved.Single().Draft;
        Assert.Equal((new DateTime(2031, 1, 5, 22, 0, 0), TimeSpan.FromHours(4)), (TimeZoneInfo.ConvertTime(draft.StartsAt!.Value, TimeZoneInfo.Utc).DateTime, draft.EndsAt - draft.StartsAt));
    }

    [Fact]
    public void Form_OfOneThatIsThere_KeepsItsIdAndBeginning()
    {
        var page = Show<SilencePage>("/p/p1/alerts/silences/edit?cluster=c5&id=s1");

        page.WaitForElement("#silence-until");
        page.Find("form").Submit();

        var draft = Silences.Saved.Single().Draft;
        Assert.Equal(("s1", Silences.Lists[0].Silences[0].StartsAt), (draft.Id, draft.StartsAt));
    }
}
