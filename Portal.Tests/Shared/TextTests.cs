using System.Resources;
using System.Text.RegularExpressions;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Provisioning;
using Portal.Shared;
using Portal.Tests.Support;

namespace Portal.Tests.Shared;

/// <summary>Every code that the core can give has words; no page shows a bare code.</summary>
public sealed partial class TextTests
{
    private static readonly string[] Sources = Directory.GetFiles(Path.Combine(RepositoryPaths.Root, "Portal.Core"), "*.cs", SearchOption.AllDirectories);

    // Each form tells what is wrong in its own words.
    private static readonly ResourceManager[] FieldWords = [Portal.Clusters.FieldErrorText.ResourceManager, Portal.Monitoring.Grafana.GrafanaText.ResourceManager, Portal.Monitoring.Rules.RulesText.ResourceManager, Portal.Monitoring.Receivers.ReceiversText.ResourceManager, Portal.Monitoring.Silences.SilencesText.ResourceManager];

    [Fact]
    public void Reasons_EveryCodeOfTheCore_HasASentence() =>
        Assert.Empty(Codes(ReasonCode()).Concat(Codes(ChosenReason())).Concat(ClusterCodes.Reasons).Where(code => !code.EndsWith('.') && !Reasons.Knows(code)).ToList());

    [Fact]
    public void Steps_EveryStepOfTheCore_HasNameAndPurpose() =>
        Assert.Empty(Codes(StepCode()).Where(id => id.Contains('.', StringComparison.Ordinal) && !id.EndsWith('.')).Where(id => PlanWords.Name(id) == id || PlanWords.What(id) is null).ToList());

    [Fact]
    public void FieldErrors_EveryCodeOfTheCore_HasASentence() =>
        Assert.Empty(Codes(FieldCode()).Concat(ClusterCodes.FieldErrors).Where(code => !FieldWords.Any(w => w.GetString(code, null) is not null)).ToList());

    [Fact]
    public void States_EveryCodeOfTheCore_HasAWord() =>
        Assert.Empty(ClusterCodes.States.Where(code => Portal.Clusters.ClusterWords.Word(code) == code).ToList());

    [Fact]
    public void Reason_Unknown_IsAPlainSentenceWithTheCode() =>
        Assert.Equal("The portal has no words for this yet (no.such-code).", Reasons.Tell(Reason.Of("no.such-code")));

    [Fact]
    public void Reason_NamedValues_AreFilled() =>
        Assert.Equal("prometheus: 0 of 1 pods are ready.", Reasons.Tell(Reason.Of("addon.pods-starting", ("workload", "prometheus"), ("ready", "0"), ("wanted", "1"))));

    [Fact]
    public void Sentence_ValueWithBraces_IsNotFilledTwice() =>
        Assert.Equal("{b} x", Sentence.With("{a} {c}", ("b", "no"), ("a", "{b}"), ("c", "x")));

    private static IEnumerable<string> Codes(Regex pattern) =>
        Sources.SelectMany(file => pattern.Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct(StringComparer.Ordinal);

    [GeneratedRegex("""Reason\.Of\(\s*"([a-z0-9.-]+)"\s*[,)]""")]
    private static partial Regex ReasonCode();

    // The arm of a switch whose code goes into a reason.
    [GeneratedRegex("""" => "(addon\.[a-z-]+)",?\r?\n"""")]
    private static partial Regex ChosenReason();

    [GeneratedRegex("""(?:StepId|string Id) (?:=|=>) "([a-z0-9.-]+)";""")]
    private static partial Regex StepCode();

    [GeneratedRegex("""FieldError\.Of\([^,]+,\s*"([a-z0-9-]+)"\s*[,)]""")]
    private static partial Regex FieldCode();
}
