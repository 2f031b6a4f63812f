using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Initialisation;

/// <summary>The last step: Prometheus sees every target of every add-on of the plan.</summary>
internal sealed class ProofStep(InitialisationTools tools, IOptions<AddonsOptions> options, IReadOnlyList<string> addons) : InitialisationStep
{
    private const string Prometheus = "prometheus";

    public override string Id => "cluster.proof";

    public override string Phase => "proof";

    public override IReadOnlyList<string> DependsOn { get; } = [.. addons.Select(a => AddonStep.Prefix + a)];

    public override bool AppliesTo(JsonElement inputs) =>
        inputs.Deserialize<InitialisationInputs>(JsonSerializerOptions.Web) is { } i
        && options.Value.AddonsOf(i.Profile)?.Contains(Prometheus, StringComparer.Ordinal) is true;

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var api = await tools.ApiAsync(context, cancellationToken).ConfigureAwait(false);
        var space = tools.Catalog.Addons[Prometheus].Namespace;
        var answer = await PodHttp.GetAsync(api, space, "app.kubernetes.io/name=prometheus", 9090, "/api/v1/query?query=up", cancellationToken).ConfigureAwait(false);
        using var json = JsonDocument.Parse(answer);
        var seen = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var series in json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray())
        {
            var job = series.GetProperty("metric").TryGetProperty("job", out var name) ? name.GetString() ?? "" : "";
            var isUp = series.GetProperty("value")[1].GetString() == "1";
            seen[job] = isUp && seen.GetValueOrDefault(job, true);
        }

        var missing = tools.AddonsOf(context.Plan).SelectMany(a => tools.Catalog.Addons[a].Targets).Distinct().Where(j => !seen.GetValueOrDefault(j)).ToList();
        return missing.Count == 0
            ? StepResult.Done
            : StepResult.NotYet(Reason.Of("proof.targets-missing", ("jobs", string.Join(", ", missing))), TimeSpan.FromSeconds(5));
    }
}
