using System.Collections.Immutable;

namespace Portal.Core.Backends;

/// <summary>One call to a JSON backend, before a token and an address are put to it.</summary>
public sealed record BackendCall
{
    /// <summary>Gets the backend's name: <c>magnum</c>, <c>keystone</c>, <c>harbor</c>, …</summary>
    public required string Backend { get; init; }

    /// <summary>Gets what is asked, in words: <c>list clusters</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Gets the verb.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>Gets the path below the endpoint, each part already escaped (<see cref="Uri.EscapeDataString(string)"/>); or an absolute URL of the same endpoint (a list's <c>next</c>).</summary>
    public required string Path { get; init; }

    /// <summary>Gets the query, unescaped; null values are left out.</summary>
    public ImmutableArray<(string Name, string? Value)> Query { get; init; } = [];

    /// <summary>Gets in whose name; gives token and endpoint. Null for calls that bring their own <see cref="BaseUrl"/> and headers.</summary>
    public Scope? Scope { get; init; }

    /// <summary>Gets the service type in the catalog: <c>container-infra</c>; several names of one service with <c>|</c> between.</summary>
    public string? ServiceType { get; init; }

    /// <summary>Gets the version to put after an endpoint that has none: <c>v1</c>.</summary>
    public string? Version { get; init; }

    /// <summary>Gets whether the project id follows the version in the URL (Heat, Cinder).</summary>
    public bool ProjectInPath { get; init; }

    /// <summary>Gets the base URL when there is no catalog.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Gets the certificates (PEM) that are believed instead of the configured ones or the system's, or null; for a backend that has no scope.</summary>
    public string? Authority { get; init; }

    /// <summary>Gets the region that decides CA bundle and proxy when there is no scope.</summary>
    public CloudRegion? Region { get; init; }

    /// <summary>Gets the object to send as JSON, or null.</summary>
    public object? Body { get; init; }

    /// <summary>Gets the media type of <see cref="Body"/>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Gets further headers, secrets included; never logged.</summary>
    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Gets how long the whole call may take, retries included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets whether a read is tried again by itself (GET and HEAD only).</summary>
    public bool Retry { get; init; } = true;

    /// <summary>Hides headers and body.</summary>
    public override string ToString() => $"{Backend}: {Operation}";
}
