using System.Text.Json.Nodes;
using Portal.Sandbox.Prometheus;
using Portal.Tests.Clusters;

namespace Portal.Tests.Sandbox;

/// <summary>The sandbox's Alertmanager names and shapes alerts as the recorded one does.</summary>
public sealed class AlertmanagerTests
{
    [SkippableTheory]
    [InlineData("alertmanager/alerts")]
    [InlineData("alertmanager/alerts-silenced")]
    public void Fingerprint_OfRecordedLabels_IsTheRecordedOne(string recording)
    {
        var alerts = JsonNode.Parse(Recording.Read(recording).Body)!.AsArray();

        Assert.NotEmpty(alerts);
        Assert.All(alerts, a => Assert.Equal((string)a!["fingerprint"]!, AlertmanagerProgram.Fingerprint(a["labels"]!.AsObject().Select(l => KeyValuePair.Create(l.Key, (string)l.Value!)))));
    }
}
