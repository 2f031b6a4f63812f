using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>A question to Prometheus' API.</summary>
/// <param name="Path">Path below <c>/api/v1/</c>.</param>
/// <param name="Form">Parameters; expressions may be long, so they go as a form where the API takes one.</param>
/// <param name="Operation">What is asked, in the words of an error.</param>
/// <param name="Read">Makes the answer of a successful body.</param>
internal sealed record Question(string Path, IReadOnlyList<(string Name, string Value)> Form, string Operation, Func<byte[], object> Read)
{
    /// <summary>Gets whether the API takes no form.</summary>
    public bool IsGet { get; init; }

    /// <summary>Gets the parameters as they are sent.</summary>
    public string Encoded => string.Join('&', Form.Select(f => $"{Uri.EscapeDataString(f.Name)}={Uri.EscapeDataString(f.Value)}"));

    /// <summary>Gets everything that makes the answer what it is.</summary>
    public string Key => $"{Path}?{Encoded}";
}

/// <summary>Asks a cluster's Prometheus.</summary>
internal sealed class PrometheusClient(IClusterPrograms programs, IOptions<MetricsOptions> options)
{
    /// <summary>Asks for a person who may read the cluster.</summary>
    /// <exception cref="BackendException">See <see cref="MetricTroubles.Of"/>.</exception>
    public async Task<object> AskAsync(ClusterKey cluster, Scope scope, Question question, CancellationToken cancellationToken)
    {
        using var response = await programs.SendAsync(cluster, scope, ClusterProgram.Prometheus, Request(question), cancellationToken).ConfigureAwait(false)
            ?? throw PrometheusErrors.NotInstalled(question.Operation);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw PrometheusErrors.Make(question.Operation, response.StatusCode, body);
        }

        try
        {
            return question.Read(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw PrometheusErrors.NotUnderstood(question.Operation, response.StatusCode, e);
        }
    }

    private ProgramRequest Request(Question question) => question.IsGet
        ? new(HttpMethod.Get, $"/api/v1/{question.Path}{(question.Form.Count == 0 ? "" : "?" + question.Encoded)}") { Operation = question.Operation, Patience = options.Value.Patience }
        : new(HttpMethod.Post, $"/api/v1/{question.Path}") { Operation = question.Operation, Patience = options.Value.Patience, Body = question.Encoded, ContentType = "application/x-www-form-urlencoded" };
}
