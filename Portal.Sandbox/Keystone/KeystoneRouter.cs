using System.Net.Mime;

namespace Portal.Sandbox.Keystone;

/// <summary>Leads requests to handlers and writes what they answer as Keystone behind Apache does.</summary>
internal sealed class KeystoneRouter(WebApplication app, KeystoneState state, TokenDesk desk, Func<string> address)
{
    public void Get(string path, Func<KeystoneCall, KeystoneAnswer> handler, bool anonymous = false) => Map("GET", path, handler, anonymous);

    public void Head(string path, Func<KeystoneCall, KeystoneAnswer> handler) => Map("HEAD", path, handler, false);

    public void Post(string path, Func<KeystoneCall, KeystoneAnswer> handler, bool anonymous = false) => Map("POST", path, handler, anonymous);

    public void Put(string path, Func<KeystoneCall, KeystoneAnswer> handler) => Map("PUT", path, handler, false);

    public void Patch(string path, Func<KeystoneCall, KeystoneAnswer> handler) => Map("PATCH", path, handler, false);

    public void Delete(string path, Func<KeystoneCall, KeystoneAnswer> handler) => Map("DELETE", path, handler, false);

    public void Map(string method, string path, Func<KeystoneCall, KeystoneAnswer> handler, bool anonymous) =>
        app.MapMethods(path, [method], http => HandleAsync(http, handler, anonymous));

    /// <summary>Answers what no route knows.</summary>
    public void Otherwise() => app.MapFallback(http =>
        HandleAsync(http, _ => throw new KeystoneFault(404, "The resource could not be found.", "Not Found"), anonymous: true));

    /// <summary>Runs a handler under the lock and turns its faults into answers.</summary>
    public async Task HandleAsync(HttpContext http, Func<KeystoneCall, KeystoneAnswer> handler, bool anonymous)
    {
        KeystoneAnswer answer;
        try
        {
            var call = new KeystoneCall(http, address(), Caller(http, anonymous));
            await call.ReadAsync(http.RequestAborted);
            lock (state.Gate)
            {
                answer = handler(call);
            }
        }
        catch (KeystoneFault fault)
        {
            answer = fault.ToAnswer();
        }
        catch (InternalFault)
        {
            await ApachePage.InternalErrorAsync(http);
            return;
        }

        await WriteAsync(http, answer);
    }

    private LiveToken? Caller(HttpContext http, bool anonymous)
    {
        lock (state.Gate)
        {
            var live = desk.Live(http.Request.Headers["X-Auth-Token"].FirstOrDefault());
            return live ?? (anonymous ? null : throw KeystoneFault.Unauthorized());
        }
    }

    private async Task WriteAsync(HttpContext http, KeystoneAnswer answer)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.Headers.Vary = "X-Auth-Token";
        response.Headers["x-openstack-request-id"] = "req-" + Guid.NewGuid().ToString("D");
        if (answer.Status == 401)
        {
            response.Headers.WWWAuthenticate = $"Keystone uri=\"{address()}/v3\"";
        }

        if (answer.SubjectToken is not null)
        {
            response.Headers["X-Subject-Token"] = answer.SubjectToken;
        }

        if (answer.Location is not null)
        {
            response.Headers.Location = answer.Location;
        }

        if (answer.Html is not null)
        {
            response.ContentType = MediaTypeNames.Text.Html;
            await response.WriteAsync(answer.Html, http.RequestAborted);
        }
        else if (answer.Body is not null)
        {
            response.ContentType = MediaTypeNames.Application.Json;
            await response.WriteAsync(answer.Body.ToJsonString(), http.RequestAborted);
        }
    }
}
