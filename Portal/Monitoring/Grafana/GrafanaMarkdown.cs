using System.Net;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Portal.Monitoring.Grafana;

/// <summary>Makes safe HTML of a dashboard's Markdown: no HTML of its own, no pictures, links to web pages only.</summary>
internal static partial class GrafanaMarkdown
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().Build();

    /// <summary>Gives the HTML.</summary>
    public static string Html(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            link.IsImage = false;
            link.Url = Safe(link.GetDynamicUrl?.Invoke() ?? link.Url);
            link.GetDynamicUrl = null;
        }

        foreach (var link in document.Descendants<AutolinkInline>().Where(l => Safe(l.Url).Length == 0).ToList())
        {
            link.ReplaceBy(new LiteralInline(link.Url));
        }

        // The page's own headings come before the text's.
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            heading.Level = Math.Min(6, heading.Level + 2);
        }

        return document.ToHtml(Pipeline);
    }

    /// <summary>Gives the text of HTML without its tags.</summary>
    public static string Plain(string html) => WebUtility.HtmlDecode(Tag().Replace(html, " ")).Trim();

    private static string Safe(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" or "mailto" ? address.AbsoluteUri : "";

    [GeneratedRegex("<[^>]*>", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
