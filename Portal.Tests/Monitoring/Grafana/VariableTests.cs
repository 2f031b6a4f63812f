using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Grafana;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Monitoring.Grafana;

public sealed class VariableTests
{
    private static readonly Scope Person = TestScopes.Fake(new Dictionary<string, string>());

    [Theory]
    [InlineData("label_values(job)", "LabelValues||job")]
    [InlineData("label_values(up{a=\"x,y\"}, job)", "LabelValues|up{a=\"x,y\"}|job")]
    [InlineData(" label_values(node_uname_info{job=\"a\"},instance) ", "LabelValues|node_uname_info{job=\"a\"}|instance")]
    [InlineData("label_names()", "LabelNames||")]
    [InlineData("label_names(up)", "LabelNames|up|")]
    [InlineData("metrics(node_.*)", "Metrics|node_.*|")]
    [InlineData("query_result(topk(5, up))", "Result|topk(5, up)|")]
    [InlineData("up{job=\"a\"}", "Series|up{job=\"a\"}|")]
    public void Query_IsReadAsGrafanaReadsIt(string query, string read)
    {
        var parsed = VariableQuery.Parse(query);

        Assert.Equal(read, $"{parsed.Question}|{parsed.Subject}|{parsed.Label}");
    }

    [Theory]
    [InlineData("", 0, "b10,a2,a1")]
    [InlineData("", 1, "a1,a2,b10")]
    [InlineData("", 2, "b10,a2,a1")]
    [InlineData("", 3, "a1,a2,b10")]
    [InlineData("", 7, "a1,a2,b10")]
    [InlineData("/^a/", 0, "a2,a1")]
    [InlineData("a.", 0, "a2,a1")]
    [InlineData("a", 0, "")]
    [InlineData("/^(A)/i", 0, "a")]
    [InlineData("/^(?!b)(?<text>[a-z])(?<value>[0-9]+)/", 0, "2,1")]
    public void Options_AreCutOutAndOrdered(string pattern, int order, string values) =>
        Assert.Equal(values, string.Join(',', OptionList.Of(["b10", "a2", "a1", "a2"], pattern, order).Select(o => o.Value)));

    [Theory]
    [InlineData("/(/")]
    [InlineData("/^(a+)+$/")]
    public void Pattern_ThatCannotBeUsed_IsAFailureOfTheVariable(string pattern) =>
        Assert.Equal(BackendFailure.Invalid, Assert.Throws<BackendException>(() => OptionList.Of([new string('a', 60) + "!"], pattern, 0)).Failure);

    [Fact]
    public async Task Variables_ThatDependOnOthers_AreAskedAfterThem()
    {
        var metrics = new FakeMetrics();
        var dashboard = Samples.Read("node");

        var choices = await ResolveAsync(metrics, dashboard, []);

        Assert.Equal(["job", "nodename", "instance"], metrics.Asked);
        Assert.Equal(["node-1"], choices.Single(c => c.Variable.Name == "node").Values.AsEnumerable());
    }

    [Fact]
    public async Task Values_OfTheAddress_Count_ThoseOfTheFileOtherwise()
    {
        var dashboard = Samples.Read("cluster");

        var first = await ResolveAsync(new(), dashboard, []);
        var chosen = await ResolveAsync(new(), dashboard, new() { ["namespace"] = ["node-2", "gone"], ["interval"] = ["1h"] });
        var wrong = await ResolveAsync(new(), dashboard, new() { ["interval"] = ["5m]) or up["] });

        Assert.Equal([GrafanaVariable.All, "5m"], first[2].Values.Concat(first[3].Values));
        Assert.Equal(["node-2", "gone", "1h"], chosen[2].Values.Concat(chosen[3].Values));
        Assert.Equal(["5m"], wrong[3].Values.AsEnumerable());
    }

    [Fact]
    public async Task Variable_WhoseQueryFails_SaysSo_AndTheOthersStay()
    {
        var metrics = new FakeMetrics { Failing = (_, asked) => asked == "nodename" ? new BackendException("prometheus", "ask", BackendFailure.Timeout) : null };

        var choices = await ResolveAsync(metrics, Samples.Read("node"), []);

        Assert.Equal("nodename", Assert.Single(choices, c => c.Failure is not null).Variable.Name);
    }

    private static async Task<ImmutableArray<GrafanaChoice>> ResolveAsync(FakeMetrics metrics, GrafanaDashboard dashboard, Dictionary<string, ImmutableArray<string>> values) =>
        await new VariableValues(metrics).ResolveAsync(Person, new ClusterKey(Person.Region, Person.ProjectId, "c1"), dashboard, values, new RangeWindow(0, 3600, 15), CancellationToken.None);
}
