using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Hosting;

/// <summary>Traces, metrics, logs and health.</summary>
internal static class Observability
{
    /// <summary>Adds them. Traces and metrics leave the process only when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    public static void AddObservability(this WebApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment())
        {
            builder.Logging.ClearProviders().AddJsonConsole(json => json.UseUtcTimestamp = true);
        }

        builder.Services.AddHealthChecks().AddCheck<StoreCheck>("store");
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("container-platform-portal"))
            .WithTracing(tracing => tracing.AddSource(BackendTrace.SourceName).AddAspNetCoreInstrumentation(asp => asp.Filter = IsWorthTracing).AddHttpClientInstrumentation())
            .WithMetrics(metrics => metrics.AddMeter(BackendTrace.SourceName).AddAspNetCoreInstrumentation().AddHttpClientInstrumentation());
        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.WithTracing(tracing => tracing.AddOtlpExporter()).WithMetrics(metrics => metrics.AddOtlpExporter());
        }
    }

    /// <summary>Maps <c>/health/live</c> (the process answers) and <c>/health/ready</c> (its store does). Backends are not asked: their trouble is no reason to restart the portal.</summary>
    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous().DisableRateLimiting();
        app.MapHealthChecks("/health/ready").AllowAnonymous().DisableRateLimiting();
    }

    private static bool IsWorthTracing(HttpContext context) => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal);

    private sealed class StoreCheck(IDocumentStore documents) : IHealthCheck
    {
        private static readonly DocumentType<AuditEntry> Any = new("health", 1, _ => []);

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await documents.FindAsync(Any, "none", cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy(e.GetType().Name);
            }
        }
    }
}
