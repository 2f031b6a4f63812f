using System.Net;
using Portal.Core.Backends;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>Why a cluster's numbers are not there. A state of a panel, never of a page.</summary>
public enum MetricTrouble
{
    /// <summary>The platform has not installed Prometheus in the cluster.</summary>
    NotInstalled,

    /// <summary>The portal has no way into the cluster yet.</summary>
    NotInitialised,

    /// <summary>The cluster's API does not answer.</summary>
    ClusterSilent,

    /// <summary>Prometheus reads its log after a start and answers soon.</summary>
    Starting,

    /// <summary>No answer in time.</summary>
    Slow,

    /// <summary>The cluster answers; Prometheus does not.</summary>
    Gone,

    /// <summary>The query would load more than Prometheus or the portal takes.</summary>
    TooMuch,

    /// <summary>Prometheus does not accept the expression, or cannot evaluate it.</summary>
    Refused,

    /// <summary>Not this person's.</summary>
    Forbidden,

    /// <summary>What answers is not understood.</summary>
    NotUnderstood,
}

/// <summary>Tells the troubles apart.</summary>
public static class MetricTroubles
{
    /// <summary>Gives the trouble that a failure of <see cref="IClusterMetrics"/> is.</summary>
    public static MetricTrouble Of(Exception failure) => failure switch
    {
        ForbiddenException => MetricTrouble.Forbidden,
        BackendException { Backend: PrometheusErrors.Backend } prometheus => OfPrometheus(prometheus),
        BackendException { Answer: "No pod is ready." } => MetricTrouble.Gone,
        BackendException { Failure: BackendFailure.NotFound } => MetricTrouble.NotInitialised,
        BackendException { Failure: BackendFailure.Forbidden or BackendFailure.SignInAgain } => MetricTrouble.Forbidden,
        BackendException { MayHeal: true } => MetricTrouble.ClusterSilent,
        _ => MetricTrouble.NotUnderstood,
    };

    private static MetricTrouble OfPrometheus(BackendException failure) => failure.Failure switch
    {
        BackendFailure.NotFound => MetricTrouble.NotInstalled,
        BackendFailure.Timeout => MetricTrouble.Slow,
        BackendFailure.Broken when failure.Status is HttpStatusCode.ServiceUnavailable => MetricTrouble.Starting,
        BackendFailure.Unreachable or BackendFailure.Broken => MetricTrouble.Gone,
        BackendFailure.QuotaExceeded => MetricTrouble.TooMuch,
        BackendFailure.Invalid => MetricTrouble.Refused,
        _ => MetricTrouble.NotUnderstood,
    };
}
