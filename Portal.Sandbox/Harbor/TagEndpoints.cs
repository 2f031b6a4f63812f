using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Harbor;

/// <summary>Tags of an artifact, and what keeps them from being deleted.</summary>
internal static partial class TagEndpoints
{
    private const string Base = "/api/v2.0/projects/{}/repositories/{}/artifacts/{}/tags";

    private static readonly Dictionary<string, Func<HarborTag, object?>> Fields = new(StringComparer.Ordinal)
    {
        ["id"] = t => t.Id,
        ["name"] = t => t.Name,
        ["push_time"] = t => t.PushedAt,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("GET", Base, List),
        new("POST", Base, Create, new("tag", new HarborField("name", "Tag", "string"))),
        new("DELETE", Base + "/{}", Delete),
    ];

    /// <exception cref="HarborException">One of the tags is immutable (412).</exception>
    public static void CheckImmutable(HarborState state, HarborRepository repository, IEnumerable<HarborTag> tags, string what = "deleted")
    {
        foreach (var tag in tags)
        {
            if (IsImmutable(state, repository, tag.Name))
            {
                throw HarborException.Precondition($"the tag {tag.Name} configured as immutable, cannot be {what}");
            }
        }
    }

    /// <summary>A push over a tag that a rule keeps is refused, also one of the same image.</summary>
    /// <exception cref="HarborException">It is immutable (412).</exception>
    public static void CheckPush(HarborState state, string repositoryName, string reference)
    {
        if (state.Repositories.Find(r => r.Name == repositoryName) is { } repository
            && repository.Artifacts.Exists(a => a.Tags.Exists(t => t.Name == reference)) && IsImmutable(state, repository, reference))
        {
            throw HarborException.Precondition($"Failed to process request due to '{repositoryName}:{reference}' configured as immutable.");
        }
    }

    public static JsonObject Write(HarborState state, HarborRepository repository, HarborArtifact artifact, HarborTag tag) => new()
    {
        ["artifact_id"] = artifact.Id,
        ["id"] = tag.Id,
        ["immutable"] = IsImmutable(state, repository, tag.Name),
        ["name"] = tag.Name,
        ["pull_time"] = tag.PulledAt is { } pulled ? HarborAnswer.Time(pulled) : HarborAnswer.Never,
        ["push_time"] = HarborAnswer.Time(tag.PushedAt),
        ["repository_id"] = repository.Id,
    };

    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        var (repository, artifact) = ArtifactEndpoints.Find(call, "tag", "list");
        return query.Answer(artifact.Tags, Fields, t => Write(call.State, repository, artifact, t), "name");
    }

    private static HarborAnswer Create(HarborCall call)
    {
        var (repository, artifact) = ArtifactEndpoints.Find(call, "tag", "create");
        var name = call.Body.Text("name");
        if (!NameForm().IsMatch(name))
        {
            throw HarborException.BadRequest($"bad request: invalid tag name: {name}");
        }

        if (repository.Artifacts.SelectMany(a => a.Tags).Any(t => t.Name == name))
        {
            throw HarborException.Conflict($"tag {name} already exists under the repository {repository.Id}");
        }

        HarborImageStore.Tag(call.State, repository, artifact, name, call.Now);
        return new HarborAnswer(201);
    }

    private static HarborAnswer Delete(HarborCall call)
    {
        var (repository, artifact) = ArtifactEndpoints.Find(call, "tag", "delete");
        var tag = artifact.Tags.Find(t => t.Name == call.Values[3]) ?? throw HarborException.NotFound($"tag {call.Values[3]} attached to artifact {artifact.Id} not found");
        CheckImmutable(call.State, repository, [tag]);
        artifact.Tags.Remove(tag);
        return HarborAnswer.Ok();
    }

    /// <summary>Says whether a rule keeps a tag.</summary>
    public static bool IsImmutable(HarborState state, HarborRepository repository, string tag)
    {
        var name = repository.Name[(repository.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return state.Rules.Any(r => r.Kind == "immutable" && r.ProjectId == repository.ProjectId && !r.Body.Flag("disabled")
            && Matches((r.Body["scope_selectors"] as JsonObject)?["repository"], "repoMatches", name) && Matches(r.Body["tag_selectors"], "matches", tag));
    }

    /// <summary>Says whether all selectors of a rule take a name.</summary>
    public static bool Matches(JsonNode? selectors, string decoration, string text) =>
        (selectors as JsonArray ?? []).OfType<JsonObject>().All(s => Glob(s.Text("pattern"), text) == (s.Text("decoration") == decoration));

    private static bool Glob(string pattern, string text) =>
        Regex.IsMatch(text, "^" + Braces().Replace(Regex.Escape(pattern), m => "(?:" + m.Groups[1].Value.Replace(',', '|') + ")").Replace("\\*\\*", ".*", StringComparison.Ordinal).Replace("\\*", "[^/]*", StringComparison.Ordinal).Replace("\\?", "[^/]", StringComparison.Ordinal) + "$", RegexOptions.None, TimeSpan.FromSeconds(1));

    [GeneratedRegex(@"\\\{([^}]*)}")]
    private static partial Regex Braces();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")]
    private static partial Regex NameForm();
}
