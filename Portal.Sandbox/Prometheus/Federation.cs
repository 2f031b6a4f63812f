using System.Globalization;
using System.Text;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus;

/// <summary><c>/federate</c>: the newest sample of every series that is asked for, with the external labels, as another Prometheus scrapes it.</summary>
internal static class Federation
{
    private const long Lookback = 300_000;

    public static PodAnswer Answer(PrometheusServer server, FormValues form)
    {
        try
        {
            var (now, catalog) = (server.Now.ToUnixTimeMilliseconds(), server.Catalog());
            var found = form.All("match[]").Select(QueryApi.Selector).ToList().SelectMany(m => catalog.Select(m, now - Lookback, now)).Where(s => s.Times.Length > 0 && !PromNumber.IsStale(s.Values[^1])).DistinctBy(s => s.Labels);
            var text = new StringBuilder();
            foreach (var metric in found.GroupBy(s => s.Labels[LabelSet.Metric]).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"# TYPE {metric.Key} untyped\n");
                foreach (var series in metric.OrderBy(s => s.Labels.ToString(), StringComparer.Ordinal))
                {
                    var labels = series.Labels.Nameless().Pairs;
                    var outside = server.Config.ExternalLabels.Where(e => !labels.Any(l => l.Key == e.Key)).OrderBy(e => e.Key, StringComparer.Ordinal);
                    text.Append(CultureInfo.InvariantCulture, $"{metric.Key}{{{string.Join(',', labels.Concat(outside).Select(l => $"{l.Key}={LabelSet.Quote(l.Value)}"))}}} {PromNumber.Text(series.Values[^1])} {series.Times[^1]}\n");
                }
            }

            return Exporters.Answer(text.ToString());
        }
        catch (PromException e)
        {
            return PodAnswer.Text(400, e.Message + "\n");
        }
    }
}
