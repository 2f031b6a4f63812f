using Portal.Sandbox.Kubernetes.Schema;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>What a request asks for, taken from method, path and query as an API server does.</summary>
internal sealed record RequestParts
{
    public required string Path { get; init; }

    public required string Verb { get; init; }

    public bool IsResource { get; init; }

    public string Group { get; init; } = string.Empty;

    public string Version { get; init; } = string.Empty;

    public string Resource { get; init; } = string.Empty;

    public string Namespace { get; init; } = string.Empty;

    public string Name { get; init; } = string.Empty;

    public string Subresource { get; init; } = string.Empty;

    /// <summary>Gets what follows <c>/proxy/</c>.</summary>
    public string Rest { get; init; } = string.Empty;

    public static RequestParts Read(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var plain = new RequestParts { Path = path, Verb = Lower(request.Method) };
        if (parts.Length >= 3 && parts[0] == "api")
        {
            return Resourceful(request, plain with { Version = parts[1] }, parts[2..]);
        }

        return parts.Length >= 4 && parts[0] == "apis"
            ? Resourceful(request, plain with { Group = parts[1], Version = parts[2] }, parts[3..])
            : plain;
    }

    private static RequestParts Resourceful(HttpRequest request, RequestParts parts, string[] rest)
    {
        var watching = rest[0] == "watch";
        if (watching)
        {
            rest = rest[1..];
        }

        if (rest.Length > 2 && rest[0] == "namespaces" && !(rest.Length == 3 && rest[2] is "status" or "finalize"))
        {
            parts = parts with { Namespace = rest[1] };
            rest = rest[2..];
        }
        else if (rest.Length >= 2 && rest[0] == "namespaces")
        {
            parts = parts with { Namespace = rest[1] };
        }

        parts = parts with
        {
            IsResource = true,
            Resource = rest.Length > 0 ? rest[0] : string.Empty,
            Name = rest.Length > 1 ? rest[1] : string.Empty,
            Subresource = rest.Length > 2 ? rest[2] : string.Empty,
            Rest = rest.Length > 3 ? string.Join('/', rest[3..]) + (parts.Path.EndsWith('/') ? "/" : string.Empty) : string.Empty,
        };
        return parts with { Verb = VerbOf(request, parts, watching) };
    }

    private static string VerbOf(HttpRequest request, RequestParts parts, bool watching) => request.Method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => parts.Name.Length > 0 ? "delete" : "deletecollection",
        "GET" or "HEAD" when watching || (parts.Subresource.Length == 0 && request.Query["watch"].ToString() is "true" or "1") => "watch",
        "GET" or "HEAD" => parts.Name.Length > 0 ? "get" : "list",
        _ => Lower(request.Method),
    };

    private static string Lower(string method) => method switch
    {
        "GET" => "get",
        "HEAD" => "head",
        "POST" => "post",
        "PUT" => "put",
        "PATCH" => "patch",
        "DELETE" => "delete",
        "OPTIONS" => "options",
        _ => method,
    };
}

/// <summary>A request on its way: who asks for what, of which kind.</summary>
internal sealed record KubeRequest(HttpContext Http, RequestParts Parts, KubeUser User, ResourceType Type)
{
    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    public bool Flag(string name) => Query(name) is "true" or "1" or "True";

    public bool DryRun => Http.Request.Query["dryRun"].Contains("All");
}
