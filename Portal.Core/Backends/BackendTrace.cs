using System.Diagnostics;

namespace Portal.Core.Backends;

/// <summary>Spans of calls to backends; names and ids only, no header, no body, no query.</summary>
public static class BackendTrace
{
    /// <summary>Name of the activity source; give it to OpenTelemetry.</summary>
    public const string SourceName = "Portal";

    /// <summary>Gets the source.</summary>
    public static ActivitySource Source { get; } = new(SourceName);

    internal static Activity? Start(BackendCall call)
    {
        var activity = Source.StartActivity($"{call.Backend} {call.Operation}", ActivityKind.Client);
        activity?.SetTag("portal.backend", call.Backend);
        activity?.SetTag("http.request.method", call.Method.Method);
        activity?.SetTag("portal.project", call.Scope?.ProjectId);
        return activity;
    }

    internal static void End(this Activity? activity, BackendAnswer answer)
    {
        activity?.SetTag("http.response.status_code", (int)answer.Status);
        activity?.SetTag("portal.request_id", answer.RequestId);
    }

    internal static void End(this Activity? activity, BackendException failure)
    {
        activity?.SetTag("http.response.status_code", (int?)failure.Status);
        activity?.SetTag("portal.request_id", failure.RequestId);
        activity?.SetTag("error.type", failure.Failure.ToString());
        activity?.SetStatus(ActivityStatusCode.Error);
    }
}
