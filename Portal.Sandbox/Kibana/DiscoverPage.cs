using System.Net;
using System.Text;
using Portal.Sandbox.Kubernetes.Programs;

namespace Portal.Sandbox.Kibana;

/// <summary>Discover, as far as it says what it was asked (data view, time, query, filters), read from the fragment in the browser, where the state stays.</summary>
internal static class DiscoverPage
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

    /// <summary>Says whether a path is Discover's, of some version.</summary>
    public static bool IsAt(string path) => path is "/app/discover" or "/app/kibana" or "/app/data-explorer/discover";

    /// <summary>Gives the page as a pod's answer; it comes with a policy of Kibana's own.</summary>
    public static PodAnswer Answer(string pod) => new PodAnswer(200, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(Of(pod)))
        .With("Content-Security-Policy", "script-src 'unsafe-inline'; frame-ancestors 'self'").With("kbn-name", pod);

    /// <summary>Gives the page.</summary>
    public static string Of(string pod) => $$"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Discover - Elastic</title>
        <style>body{font:14px/20px sans-serif;margin:24px;max-width:80ch}dt{color:#555}dd{margin:0 0 12px;font-family:monospace}</style></head>
        <body><h1>Discover</h1><p>Kibana of the sandbox in {{WebUtility.HtmlEncode(pod)}}. It was asked for:</p><p id="error" role="alert"></p>
        <dl><dt>Data view</dt><dd id="view"></dd><dt>Time</dt><dd id="time"></dd><dt>Query</dt><dd id="query"></dd><dt>Language</dt><dd id="language"></dd><dt>Columns</dt><dd id="columns"></dd></dl>
        <p>Filters</p><ul id="filters"></ul>
        <script>{{Script}}</script></body></html>
        """;
}
