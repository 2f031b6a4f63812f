using System.Net;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Kibana;

/// <summary>
/// What a site puts before its clusters' Kibanas for people: <c>/UUID/…</c> leads to the Kibana of that cluster. Discover says what it was
/// asked (data view, time, query, filters), read from the fragment in the browser, where the state stays.
/// </summary>
internal sealed class KibanaService(SandboxContext context) : ISandboxService
{
    private const string Script = """
        // Rison, as Kibana reads it.
        function parse(text) {
          let at = 0;
          function value() {
            const c = text[at];
            if (c === "!") {
              const kind = text[at + 1];
              at += 2;
              if (kind === "t") return true;
              if (kind === "f") return false;
              if (kind === "n") return null;
              if (kind === "(") return list();
              throw new Error("unknown literal");
            }
            if (c === "(") { at++; return object(); }
            if (c === "'") { at++; return quoted(); }
            let end = at;
            while (end < text.length && !" '!:(),*@$".includes(text[end])) end++;
            const word = text.slice(at, end);
            at = end;
            return /^-?\d+(\.\d+)?(e-?\d+)?$/.test(word) ? Number(word) : word;
          }
          function quoted() {
            let out = "";
            while (text[at] !== "'") {
              if (at >= text.length) throw new Error("unmatched quote");
              if (text[at] === "!") at++;
              out += text[at++];
            }
            at++;
            return out;
          }
          function list() {
            const out = [];
            while (text[at] !== ")") { if (text[at] === ",") at++; out.push(value()); }
            at++;
            return out;
          }
          function object() {
            const out = {};
            while (text[at] !== ")") {
              if (text[at] === ",") at++;
              const key = value();
              if (text[at++] !== ":") throw new Error("missing :");
              out[key] = value();
            }
            at++;
            return out;
          }
          const result = value();
          if (at !== text.length) throw new Error("text after the end");
          return result;
        }
        function show() {
          const asked = {};
          for (const part of location.hash.replace(/^#\/?(view\/[^?]*)?(discover)?\??/, "").split("&")) {
            const cut = part.indexOf("=");
            if (cut > 0 && part[0] === "_") asked[part.slice(0, cut)] = parse(decodeURIComponent(part.slice(cut + 1)));
          }
          const app = asked._a || {}, all = asked._g || {}, other = asked._q || {};
          const say = (id, text) => { document.getElementById(id).textContent = text; };
          say("view", app.dataSource ? app.dataSource.dataViewId : app.metadata ? app.metadata.indexPattern : app.index || "");
          say("time", all.time ? all.time.from + " → " + all.time.to : "");
          const query = other.query || app.query || {};
          say("query", query.query || "");
          say("language", query.language || "");
          say("columns", ((app.discover || app).columns || []).join(", "));
          const list = document.getElementById("filters");
          list.replaceChildren(...((other.filters || app.filters || []).map((f) => {
            const item = document.createElement("li");
            item.textContent = f.meta.alias || f.meta.key + ": " + f.meta.params.query;
            return item;
          })));
        }
        addEventListener("hashchange", show);
        try { show(); } catch (e) { document.getElementById("error").textContent = "The state in the address cannot be read: " + e.message; }
        """;

    public string Name => "kibana";

    public IReadOnlyList<SandboxEndpoint> Endpoints { get; } = [new("kibana", 26561)];

    public void Configure(WebApplicationBuilder builder)
    {
    }

    public void Map(WebApplication app) => app.MapGet("/{cluster}/{**rest}", AnswerAsync);

    public Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken) => Task.CompletedTask;

    public JsonNode? Save() => null;

    public void Tick(DateTimeOffset now)
    {
    }

    public Task StopAsync() => Task.CompletedTask;

    private static async Task WriteAsync(HttpContext http, int status, string type, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        await http.Response.WriteAsync(text, http.RequestAborted);
    }

    private Task AnswerAsync(HttpContext http, string cluster, string? rest)
    {
        if ((context.Find<IKubernetesFleet>() as KubernetesService)?.Find(cluster) is not { } kube)
        {
            return WriteAsync(http, 404, "text/plain", "Not Found");
        }

        string? name;
        lock (kube.Store.Gate)
        {
            name = KibanaProgram.ReadyPod(kube)?.Name;
        }

        return name is null ? WriteAsync(http, 503, "text/plain", "Kibana server is not ready yet")
            : rest is "app/discover" or "app/kibana" or "app/data-explorer/discover" ? WriteAsync(http, 200, "text/html; charset=utf-8", Page(name))
            : WriteAsync(http, 404, "application/json", """{"statusCode":404,"error":"Not Found","message":"Not Found"}""");
    }

    private static string Page(string pod) => $$"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Discover - Elastic</title>
        <style>body{font:14px/20px sans-serif;margin:24px;max-width:80ch}dt{color:#555}dd{margin:0 0 12px;font-family:monospace}</style></head>
        <body><h1>Discover</h1><p>Kibana of the sandbox in {{WebUtility.HtmlEncode(pod)}}. It was asked for:</p><p id="error" role="alert"></p>
        <dl><dt>Data view</dt><dd id="view"></dd><dt>Time</dt><dd id="time"></dd><dt>Query</dt><dd id="query"></dd><dt>Language</dt><dd id="language"></dd><dt>Columns</dt><dd id="columns"></dd></dl>
        <p>Filters</p><ul id="filters"></ul>
        <script>{{Script}}</script></body></html>
        """;
}
