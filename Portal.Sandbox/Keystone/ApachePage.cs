namespace Portal.Sandbox.Keystone;

/// <summary>What Apache answers in front of Keystone: HTML, and no word of Keystone in the headers.</summary>
internal static class ApachePage
{
    private const string UnauthorizedText = """
        <p>This server could not verify that you
        are authorized to access the document
        requested.  Either you supplied the wrong
        credentials (e.g., bad password), or your
        browser doesn't understand how to supply
        the credentials required.</p>

        """;

    private const string InternalText = """
        <p>The server encountered an internal error or
        misconfiguration and was unable to complete
        your request.</p>
        <p>Please contact the server administrator at 
         [no address given] to inform them of the time this error occurred,
         and the actions you performed just before this error.</p>
        <p>More information about this error may be available
        in the server error log.</p>

        """;

    public static Task UnauthorizedAsync(HttpContext http, string? challenge = null)
    {
        if (challenge is not null)
        {
            http.Response.Headers.WWWAuthenticate = challenge;
        }

        return WriteAsync(http, 401, "401 Unauthorized", "Unauthorized", UnauthorizedText);
    }

    public static Task InternalErrorAsync(HttpContext http) =>
        WriteAsync(http, 500, "500 Internal Server Error", "Internal Server Error", InternalText);

    public static Task BadRequestAsync(HttpContext http) => WriteAsync(
        http, 400, "400 Bad Request", "Bad Request", "<p>Your browser sent a request that this server could not understand.<br />\n</p>\n");

    public static Task FoundAsync(HttpContext http, string location)
    {
        http.Response.Headers.Location = location;
        var shown = location.Replace("&", "&amp;", StringComparison.Ordinal);
        return WriteAsync(http, 302, "302 Found", "Found", $"<p>The document has moved <a href=\"{shown}\">here</a>.</p>\n");
    }

    private static Task WriteAsync(HttpContext http, int status, string title, string heading, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=iso-8859-1";
        var page = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n"
            + $"<html><head>\n<title>{title}</title>\n</head><body>\n<h1>{heading}</h1>\n{text.ReplaceLineEndings("\n")}</body></html>\n";
        return http.Response.WriteAsync(page, http.RequestAborted);
    }
}
