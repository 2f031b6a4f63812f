using System.Net;

namespace Portal.Core.Backends;

/// <summary>What kind of failure a call met; decides what a person is told and whether a step tries again.</summary>
public enum BackendFailure
{
    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>Not reachable, or the connection broke.</summary>
    Unreachable,

    /// <summary>Only a new sign-in helps.</summary>
    SignInAgain,

    /// <summary>The backend does not let this person do this.</summary>
    Forbidden,

    /// <summary>It is not there (or not visible to this person).</summary>
    NotFound,

    /// <summary>Somebody else was first, or the state does not allow it.</summary>
    Conflict,

    /// <summary>A quota is used up.</summary>
    QuotaExceeded,

    /// <summary>The request is wrong; the message says in which field.</summary>
    Invalid,

    /// <summary>Too many requests; try later.</summary>
    Throttled,

    /// <summary>The backend itself failed (5xx), or a proxy in front of it.</summary>
    Broken,

    /// <summary>The answer could not be understood.</summary>
    Unexpected,
}

/// <summary>
/// The one way in which a call to a backend fails. Says which backend, what was asked, what it answered, its request id;
/// holds no header, no body and no secret.
/// </summary>
public sealed class BackendException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="BackendException"/> class.</summary>
    public BackendException(string backend, string operation, BackendFailure failure, string? answer = null, HttpStatusCode? status = null, string? requestId = null, Exception? inner = null)
        : base($"{backend}: {operation}: {failure}{(status is { } s ? $" {(int)s}" : "")}{(answer is null ? "" : $": {answer}")}{(requestId is null ? "" : $" ({requestId})")}", inner)
    {
        Backend = backend;
        Operation = operation;
        Failure = failure;
        Answer = answer;
        Status = status;
        RequestId = requestId;
    }

    /// <summary>Gets the backend's name in the configuration: <c>keystone</c>, <c>magnum</c>, <c>kubernetes</c>, …</summary>
    public string Backend { get; }

    /// <summary>Gets what was asked, in words: <c>list clusters</c>.</summary>
    public string Operation { get; }

    /// <summary>Gets the kind of failure.</summary>
    public BackendFailure Failure { get; }

    /// <summary>Gets the sentence that the backend gave (its error title or message, at most 500 characters), or null.</summary>
    public string? Answer { get; }

    /// <summary>Gets the HTTP status, or null when there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>Gets the backend's request id, or null.</summary>
    public string? RequestId { get; }

    /// <summary>Gets how long the backend asked to wait (Retry-After), or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets the WWW-Authenticate header of a 401 or 403 (<c>Bearer error="invalid_token", …</c>), or null.</summary>
    public string? Challenge { get; init; }

    /// <summary>Gets whether a page came instead of an answer: a web server or a proxy in front of the backend spoke, not the backend.</summary>
    public bool IsPage { get; init; }

    /// <summary>Gets whether the same call may succeed later without anybody doing something.</summary>
    public bool MayHeal => Failure is BackendFailure.Timeout or BackendFailure.Unreachable or BackendFailure.Throttled or BackendFailure.Broken;
}

/// <summary>The person's role does not allow this in the project.</summary>
public sealed class ForbiddenException(Capability capability, string projectId) : Exception($"{capability} is not allowed in project {projectId}.")
{
    /// <summary>Gets what was needed.</summary>
    public Capability Capability { get; } = capability;

    /// <summary>Gets where.</summary>
    public string ProjectId { get; } = projectId;
}
