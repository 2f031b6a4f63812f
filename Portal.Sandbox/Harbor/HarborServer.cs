using Microsoft.AspNetCore.Http.Features;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Harbor;

/// <summary>Harbor's core behind its front proxy: one way for every request, in the order of the real one's middleware.</summary>
internal sealed class HarborServer : IAsyncDisposable
{
    private readonly HarborRouter router = new();
    private readonly HarborSessions sessions = new();
    private readonly HarborAuthentication authentication;

    private readonly SandboxContext context;
    private readonly RealRegistry? real;
    private readonly RegistryProxy? proxy;

    public HarborServer(SandboxContext context)
    {
        this.context = context;
        authentication = new HarborAuthentication(this, sessions);
        Tokens = new HarborTokens(this);
        router.Add(SystemEndpoints.Routes);
        router.Add(UserEndpoints.Routes);
        router.Add(ProjectEndpoints.Routes);
        router.Add(MetadataEndpoints.Routes);
        router.Add(MemberEndpoints.Routes);
        router.Add(RobotEndpoints.Routes);
        router.Add(QuotaEndpoints.Routes);
        router.Add(RepositoryEndpoints.Routes);
        router.Add(ArtifactEndpoints.Routes);
        router.Add(TagEndpoints.Routes);
        router.Add(RuleEndpoints.Routes);
        router.Add(RetentionEndpoints.Routes);
        router.Add(WebhookEndpoints.Routes);
        router.Add(ScannerEndpoints.Routes);
        router.Add(SecurityEndpoints.Routes);
        Hooks = new HarborHooks(this, context.Paced);
        Registry = new RegistryEndpoints(this);
        if (context.Options.Harbor.RegistryUrl is { Length: > 0 } url)
        {
            real = new RealRegistry(url);
            proxy = new RegistryProxy(this, real);
        }
    }

    public SandboxClock Clock => context.Clock;

    /// <summary>Gets the address under which people and clients know this Harbor.</summary>
    public string ExternalUrl() => context.Address("harbor");

    public string ScannerUrl() => context.Address("scanner");

    /// <summary>Gets the lock around <see cref="State"/>.</summary>
    public Lock Gate { get; } = new();

    public HarborState State { get; set; } = new();

    public HarborTokens Tokens { get; }

    public HarborHooks Hooks { get; }

    public RegistryEndpoints Registry { get; }

    /// <summary>Gives a setting as text.</summary>
    public string Setting(string name)
    {
        lock (Gate)
        {
            return HarborConfiguration.Value(State, name)?.ToString() ?? "";
        }
    }

    /// <summary>Says whether the control switch <c>harbor_unhealthy</c> is on.</summary>
    public bool IsUnhealthy() => context.IsOn("harbor_unhealthy");

    public long RepositoryCount(HarborProject project) => State.Repositories.Count(r => r.ProjectId == project.Id);

    /// <summary>Gives the bytes that a project uses; what several of its images share counts once.</summary>
    public long StorageUsed(long projectId) => State.ProjectBlobs.TryGetValue(projectId, out var blobs) ? blobs.Sum(b => State.Blobs[b].Size) : 0;

    /// <summary>Gives the bytes of all projects, each blob once, deleted images' included: nothing is collected.</summary>
    public long StorageTotal() => State.Blobs.Values.Sum(b => b.Size);

    public async Task HandleAsync(HttpContext http)
    {
        var path = PathOf(http);
        http.Response.Headers["X-Request-Id"] = http.Request.Headers.TryGetValue("X-Request-Id", out var id) && id.ToString().Length > 0 ? id.ToString() : Guid.NewGuid().ToString();
        if (IsWrite(http.Request.Method) && Setting("read_only") == "true" && !AllowedInReadOnly(http.Request.Method, path))
        {
            await WriteAsync(http, new HarborException(403, "DENIED", "The system is in read only mode. Any modification is prohibited.").ToAnswer());
            return;
        }

        var hasSession = HarborSessions.Cookie(http.Request, "sid") is not null;
        if (hasSession || path.StartsWith("/c/", StringComparison.Ordinal))
        {
            if (!HarborSessions.PassesCsrf(http, Clock.Now))
            {
                await WriteAsync(http, HarborException.Forbidden("CSRF token invalid").ToAnswer());
                return;
            }
        }
        else
        {
            HarborSessions.SetSid(http.Response);
        }

        if (await AnswerAsync(http, path) is { } answer)
        {
            await WriteAsync(http, answer);
        }
    }

    /// <summary>Tells the registry what was done, with the state's lock free.</summary>
    /// <exception cref="HarborException">The registry does not do it.</exception>
    public async Task AfterwardsAsync(HarborCall call, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var tell in real is null ? [] : call.Afterwards)
            {
                await tell(real!, cancellationToken);
            }
        }
        catch (HttpRequestException)
        {
            throw new HarborException(500, "UNKNOWN", "internal server error");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Hooks.DisposeAsync();
        real?.Dispose();
    }

    /// <summary>Gives the path after the one decoding that the front proxy does: <c>%252F</c> becomes <c>%2F</c>, <c>%2F</c> becomes a slash.</summary>
    private static string PathOf(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        return Uri.UnescapeDataString(target.Split('?')[0]);
    }

    private async Task<HarborAnswer?> AnswerAsync(HttpContext http, string path)
    {
        HarborCall? call = null;
        try
        {
            if (path is "/c/login" or "/c/log_out")
            {
                return await FormAsync(http, path);
            }

            var caller = await authentication.IdentifyAsync(http.Request, http.RequestAborted);
            call = new HarborCall(http, this, caller, path);
            if (proxy is not null && RegistryProxy.Takes(path))
            {
                return await proxy.AnswerAsync(http, call);
            }

            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            call.Bytes = body.ToArray();
            call.IsRegistryDown = real is not null && path == "/api/v2.0/health" && !await real.IsAliveAsync(http.RequestAborted);
            HarborAnswer answer;
            lock (Gate)
            {
                answer = Run(call, http);
            }

            await AfterwardsAsync(call, http.RequestAborted);
            return answer;
        }
        catch (HarborException e)
        {
            TellOfQuota(call, e);
            return e.ToAnswer();
        }
        catch (Exception e) when (!http.Response.HasStarted && e is InvalidOperationException or FormatException or KeyNotFoundException or NullReferenceException)
        {
            // What nobody foresaw; the real one says the same.
            return new HarborException(500, "UNKNOWN", "internal server error").ToAnswer();
        }
    }

    private void TellOfQuota(HarborCall? call, HarborException refusal)
    {
        if (call is not null && refusal.Code == "DENIED" && RegistryProxy.Repository(call.Path) is { Length: > 0 } repository)
        {
            lock (Gate)
            {
                HarborEvents.Quota(call, "QUOTA_EXCEED", repository, refusal.Message);
            }
        }
    }

    private HarborAnswer Run(HarborCall call, HttpContext http)
    {
        if (call.Path.StartsWith("/v2", StringComparison.Ordinal) || call.Path == "/service/token")
        {
            return call.Path == "/service/token" ? Tokens.Answer(call) : Registry.Answer(call);
        }

        var (route, values) = router.Find(call.Method, call.Path);
        call.Values = values;
        CheckAccept(http.Request.Headers.Accept.ToString(), route.Produces);
        if (route.Body is { } shape)
        {
            call.Body = shape.Read(http.Request.ContentType, call.Bytes);
        }

        return route.Handler(call);
    }

    private static void CheckAccept(string accept, string produces)
    {
        if (accept.Length > 0 && !accept.Split(',').Select(a => a.Split(';')[0].Trim()).Any(a => a is "*/*" || a == produces || a == produces.Split('/')[0] + "/*"))
        {
            var refusal = HarborException.Unprocessable($"unsupported media type requested, only [{produces}] are available");
            refusal.Headers["Www-Authenticate"] = "Basic realm=\"API\"";
            throw refusal;
        }
    }

    /// <summary>Log-in and log-out of the web pages.</summary>
    private async Task<HarborAnswer> FormAsync(HttpContext http, string path)
    {
        if (path == "/c/log_out")
        {
            sessions.End(http.Request);
            return HarborAnswer.Ok();
        }

        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        if (await authentication.LoginAsync(form["principal"].ToString(), form["password"].ToString(), http.RequestAborted) is { User: { } user })
        {
            sessions.Begin(http.Response, user.Id);
            return HarborAnswer.Ok();
        }

        HarborSessions.SetSid(http.Response);
        return new HarborAnswer(401);
    }

    private static async Task WriteAsync(HttpContext http, HarborAnswer answer)
    {
        http.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        var (type, bytes) = answer.Raw ?? (answer.Body is { } body ? (answer.ContentType, body.Bytes()) : ("", []));
        http.Response.ContentLength = bytes.Length;
        if (type.Length > 0)
        {
            http.Response.ContentType = type;
        }

        if (bytes.Length > 0 && !HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }
    }

    private static bool IsWrite(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);

    private static bool AllowedInReadOnly(string method, string path) =>
        path.StartsWith("/c/", StringComparison.Ordinal) || (HttpMethods.IsPut(method) && path == "/api/v2.0/configurations");
}
