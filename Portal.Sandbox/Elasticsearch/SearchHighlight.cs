using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>Marks found words. Without fragments the whole field comes back; else the first hundred characters around the first.</summary>
internal sealed class SearchHighlight(JsonObject wanted, IReadOnlyList<(string Field, Func<string, bool> Test)> sought)
{
    /// <summary>Refuses words that the server does not know.</summary>
    public void Check(SearchFlavour flavour)
    {
        if (wanted.Select(w => w.Key).FirstOrDefault(k => k.StartsWith("max_analyz", StringComparison.Ordinal) && k != flavour.HighlightLimit) is { } unknown)
        {
            throw new SearchRefused("x_content_parse_exception", $"[1:1] [highlight] unknown field [{unknown}]");
        }
    }

    public JsonObject Of(ShippedLine line)
    {
        var answer = new JsonObject();
        foreach (var (field, _) in wanted.Obj("fields") ?? [])
        {
            var tests = sought.Where(s => s.Field == field).Select(s => s.Test).ToList();
            if (line.Value(field) is { } value && tests.Count > 0 && Marked(value, tests) is { } marked)
            {
                answer[field] = new JsonArray(marked);
            }
        }

        return answer;
    }

    private string? Marked(string value, List<Func<string, bool>> tests)
    {
        var (open, close) = (wanted.Strings("pre_tags") is [var pre, ..] ? pre : "<em>", wanted.Strings("post_tags") is [var post, ..] ? post : "</em>");
        var text = new StringBuilder();
        var at = 0;
        foreach (var (start, length, word) in SearchText.Words(value).Where(w => tests.Exists(t => t(w.Word))))
        {
            text.Append(value, at, start - at).Append(open).Append(value, start, length).Append(close);
            at = start + length;
        }

        return at == 0 ? null : text.Append(value, at, value.Length - at).ToString();
    }
}
