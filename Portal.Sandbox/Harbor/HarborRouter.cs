namespace Portal.Sandbox.Harbor;

/// <summary>A route of the API.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Template">Path below <c>/api/v2.0</c> (or a whole path) with <c>{}</c> for values.</param>
/// <param name="Handler">Runs under the state's lock.</param>
/// <param name="Body">Shape of the body, or null when it has none.</param>
internal sealed record HarborRoute(string Method, string Template, Func<HarborCall, HarborAnswer> Handler, HarborShape? Body = null)
{
    /// <summary>Gets the segments of the template.</summary>
    public string[] Segments { get; } = Template.Trim('/').Split('/');

    /// <summary>Gets the media type it answers with.</summary>
    public string Produces { get; init; } = "application/json";
}

/// <summary>Finds the route of a path. Values are decoded once more than the front proxy did: slashes in them are encoded twice.</summary>
internal sealed class HarborRouter
{
    private readonly List<HarborRoute> routes = [];

    public void Add(params HarborRoute[] more) => routes.AddRange(more);

    /// <summary>Gives the route with the values of its path.</summary>
    /// <exception cref="HarborException">No such path (404), or not with this method (405).</exception>
    public (HarborRoute Route, string[] Values) Find(string method, string path)
    {
        var segments = path.Trim('/').Split('/');
        var matching = routes.Where(r => Matches(r.Segments, segments)).ToList();
        if (matching.Count == 0)
        {
            throw HarborException.NotFound($"path {path} was not found");
        }

        // The template with the fewest values wins: /users/current before /users/{}.
        var best = matching.Min(r => r.Segments.Count(s => s == "{}"));
        matching.RemoveAll(r => r.Segments.Count(s => s == "{}") != best);
        var route = matching.Find(r => r.Method == method)
            ?? throw new HarborException(405, "METHOD_NOT_ALLOWED", $"method {method} is not allowed, but [{string.Join(',', matching.Select(r => r.Method).Distinct())}] are");
        var values = segments.Where((_, i) => route.Segments[i] == "{}").Select(Uri.UnescapeDataString).ToArray();
        return (route, values);
    }

    private static bool Matches(string[] template, string[] segments) =>
        template.Length == segments.Length && !template.Where((t, i) => t == "{}" ? segments[i].Length == 0 : t != segments[i]).Any();
}
