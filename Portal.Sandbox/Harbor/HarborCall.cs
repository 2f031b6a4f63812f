using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace Portal.Sandbox.Harbor;

/// <summary>Who calls.</summary>
/// <param name="User">A user, or null.</param>
/// <param name="Robot">A robot account, or null.</param>
/// <param name="Name">The name that messages and logs give.</param>
internal sealed record HarborCaller(HarborUser? User, HarborRobot? Robot, string Name)
{
    public static HarborCaller Anonymous { get; } = new(null, null, "anonymous");

    /// <summary>Gets what a bearer token of the registry grants: <c>repository:NAME:ACTION</c>; null without such a token.</summary>
    public IReadOnlySet<string>? Grants { get; init; }

    public bool IsAuthenticated => User is not null || Robot is not null;

    public bool IsAdmin => User?.IsAdmin == true;
}

/// <summary>One request, as the routes see it. Runs under the state's lock.</summary>
internal sealed class HarborCall(HttpContext http, HarborServer server, HarborCaller caller, string path)
{
    private readonly Dictionary<string, StringValues> query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(http.Request.QueryString.Value);

    public HarborServer Server { get; } = server;

    public HarborState State => Server.State;

    public HarborCaller Caller { get; } = caller;

    public HarborAccess Access => new(this);

    /// <summary>Gets the path after one decoding, as the front proxy hands it on.</summary>
    public string Path { get; } = path;

    public string Method => http.Request.Method;

    public DateTimeOffset Now => Server.Clock.Now;

    public string[] Values { get; set; } = [];

    public JsonObject? Body { get; set; }

    public byte[] Bytes { get; set; } = [];

    /// <summary>Gets whether the registry behind this Harbor was asked for its health and did not answer.</summary>
    public bool IsRegistryDown { get; set; }

    /// <summary>Gets what is done once the state's lock is free, before the answer: the registry is told.</summary>
    public List<Func<RealRegistry, CancellationToken, Task>> Afterwards { get; } = [];

    public string RequestId => http.Response.Headers["X-Request-Id"].ToString();

    public IEnumerable<string> QueryKeys => query.Keys;

    public string? Query(string name) => query.TryGetValue(name, out var value) ? value.ToString() : null;

    public bool QueryFlag(string name, bool otherwise = false) => Query(name) is { } text ? text is "true" or "1" : otherwise;

    public string? Header(string name) => http.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>Gives the scopes that a token is asked for: <c>repository:NAME:pull,push</c>.</summary>
    public IReadOnlyList<(string Type, string Name, string[] Actions)> Scopes() =>
        [.. (query.TryGetValue("scope", out var scopes) ? scopes : default).SelectMany(s => (s ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(s => s.Split(':')).Where(p => p.Length >= 3).Select(p => (p[0], string.Join(':', p[1..^1]), p[^1].Split(',')))];

    /// <summary>Gives a path value that must be a number.</summary>
    public long Id(int index, string name) => long.TryParse(Values[index], CultureInfo.InvariantCulture, out var id)
        ? id
        : throw HarborException.Unprocessable($"{name} in path must be of type int64: \"{Values[index]}\"");

    /// <summary>Finds a project by what the path says: digits are an id unless the header says that it is a name.</summary>
    public HarborProject? FindProject(string nameOrId) =>
        Header("X-Is-Resource-Name") is not "true" && long.TryParse(nameOrId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? State.FindProject(id)
            : State.FindProject(nameOrId);

    public void Log(string operation, string type, string resource, long projectId) => State.Audit.Add(new HarborAudit
    {
        Id = State.Next("audit"),
        At = Now,
        Operation = operation,
        Resource = resource,
        ResourceType = type,
        Username = Caller.Name,
        ProjectId = projectId,
    });
}
