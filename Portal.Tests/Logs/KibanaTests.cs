using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Logs.Kibana;
using Portal.Tests.Support;

namespace Portal.Tests.Logs;

/// <summary>Rison, KQL and links, by the contracts that Kibana's own packages and sources gave.</summary>
public sealed class KibanaTests
{
    private const string Reason = "The contracts in ../shared are not here.";

    [SkippableFact]
    public void Rison_OfEveryVector_IsWhatKibanasOwnEncoderGives()
    {
        var vectors = Contract("rison-vectors.json")["encode"]!.AsArray();

        Assert.Equal(128, vectors.Count);
        Assert.Empty(vectors.Where(v => Rison.Encode(v!["json"]) != v["rison"]!.GetValue<string>()).Select(v => $"{v!["name"]}: {Rison.Encode(v["json"])} is not {v["rison"]}"));
        Assert.Empty(vectors.Where(v => Rison.EncodeForUrl(v!["json"]) != v["url"]!.GetValue<string>()).Select(v => $"{v!["name"]}: {Rison.EncodeForUrl(v["json"])} is not {v["url"]}"));
    }

    [SkippableFact]
    public void Link_OfEveryState_IsTheContracts()
    {
        var links = Contract("kibana-links.json")["links"]!.AsArray();

        Assert.Equal(13, links.Count);
        foreach (var link in links)
        {
            var url = link!["url"]!.GetValue<string>();
            var states = link["state"]!.AsObject().Select(s => (s.Key, s.Value)).ToList();
            Assert.Equal(url, KibanaLink.Join(url[..url.IndexOf(states[0].Key + "=", StringComparison.Ordinal)], states));
        }
    }

    [SkippableTheory]
    [InlineData("kibana-7", KibanaFlavour.Kibana7, "https://kibana.example")]
    [InlineData("kibana-8", KibanaFlavour.Kibana8, "https://kibana.example")]
    [InlineData("opensearch-2.10+", KibanaFlavour.Dashboards2, "https://dashboards.example")]
    public void Discover_OfAView_IsTheContractsLink(string variant, KibanaFlavour flavour, string address)
    {
        foreach (var (name, from, to) in new[] { ("zone logs rel", "now-15m", "now"), ("zone logs abs", "2026-01-15T12:00:00.000Z", "2026-01-15T13:00:00.000Z") })
        {
            var expected = Contract("kibana-links.json")["links"]!.AsArray().Single(l => l!["variant"]!.GetValue<string>() == variant && l["name"]!.GetValue<string>() == name)!["url"]!.GetValue<string>();

            var link = KibanaLink.Discover(address, flavour, new KibanaView { DataView = "kubernetes-logs", From = from, To = to, Query = Kql.Phrase("kubernetes.namespace_name", "zone-prod"), Columns = ["kubernetes.pod_name", "log"] });

            Assert.Equal(expected, link);
        }
    }

    [SkippableFact]
    public void Filter_IsThePillOfTheContract()
    {
        var pill = Contract("kibana-links.json")["links"]!.AsArray().Single(l => l!["name"]!.GetValue<string>() == "filter pill")!["state"]!["_a"]!["filters"]!.ToJsonString();

        var link = KibanaLink.Discover("https://k", KibanaFlavour.Kibana8, new KibanaView { DataView = "kubernetes-logs", From = "now-15m", To = "now", Filters = [new KibanaFilter("kubernetes.namespace_name", "zone-prod")] });

        Assert.Contains("filters:" + Rison.EncodeForUrl(JsonNode.Parse(pill)), link, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a \"b\" \\c", "f: \"a \\\"b\\\" \\\\c\"")]
    [InlineData("x", "f: \"x\"")]
    public void Kql_OfAPhrase_EscapesQuotes(string value, string kql) => Assert.Equal(kql, Kql.Phrase("f", value));

    [Theory]
    [InlineData("payment timeout", "log: (payment and timeout)", "kuery")]
    [InlineData("payment AND timeout", "payment AND timeout", "lucene")]
    [InlineData("pay*", "pay*", "lucene")]
    [InlineData("this or that", "log: (this and \\or and that)", "kuery")]
    [InlineData("  ", "", "kuery")]
    public void Text_OfTheSearch_IsSaidInALanguageThatMeansTheSame(string text, string query, string language) => Assert.Equal((query, language), KibanaLink.QueryOf(text, "log"));

    [Theory]
    [InlineData("https://kibana.example/{cluster}/s/{project}/", "https://kibana.example/c%201/s/p")]
    [InlineData("http://kibana.example", "http://kibana.example")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("https://user:pass@kibana.example", null)]
    [InlineData("https://kibana.example/#/x", null)]
    [InlineData("kibana", null)]
    [InlineData("", null)]
    public void Address_IsOfTheWebOrNone(string pattern, string? address) => Assert.Equal(address, KibanaOptions.Resolve(pattern, "c 1", "n", "p"));

    private static JsonNode Contract(string name)
    {
        Skip.If(RepositoryPaths.Shared is null || !File.Exists(Path.Combine(RepositoryPaths.Shared, "contracts", name)), Reason);
        return JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Shared!, "contracts", name)), documentOptions: new JsonDocumentOptions())!;
    }
}
