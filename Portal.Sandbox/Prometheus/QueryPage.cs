using System.Net;
using System.Text;
using Portal.Sandbox.Kubernetes.Programs;

namespace Portal.Sandbox.Prometheus;

/// <summary>Prometheus' own page, as far as it says what it was asked: <c>g0.expr</c>, <c>g0.range_input</c>, <c>g0.end_input</c>.</summary>
internal static class QueryPage
{
    /// <summary>Gives the page.</summary>
    public static PodAnswer Answer(string pod, PodQuestion question)
    {
        string Asked(string name) => WebUtility.HtmlEncode(question.Parameter("g0." + name) ?? string.Empty);
        return new PodAnswer(200, "text/html; charset=utf-8", Encoding.UTF8.GetBytes($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Prometheus Time Series Collection and Processing Server</title></head>
            <body><h1>Prometheus</h1><p>Prometheus of the sandbox in {WebUtility.HtmlEncode(pod)}. It was asked for:</p>
            <dl><dt>Expression</dt><dd id="expr">{Asked("expr")}</dd><dt>Range</dt><dd id="range">{Asked("range_input")}</dd><dt>End</dt><dd id="end">{Asked("end_input")}</dd></dl></body></html>
            """));
    }
}
