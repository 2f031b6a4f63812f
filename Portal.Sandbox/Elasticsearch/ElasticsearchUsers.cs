using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>Who asks, and what they may: the built-in users <c>elastic</c> and <c>kibana_system</c>, and those made by the security API.</summary>
internal sealed class ElasticsearchUsers(ElasticsearchNode node)
{
    /// <summary>Gives the user of a request, or the refusal.</summary>
    public (string? User, PodAnswer? Refusal) Check(PodQuestion question)
    {
        var target = question.Path + (question.Query.Length > 0 ? "?" + question.Query : string.Empty);
        if (question.Headers.GetValueOrDefault("Authorization") is not { } header || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return (null, node.Flavour.Unauthorized($"missing authentication credentials for REST request [{target}]"));
        }

        var login = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..].Trim())).Split(':', 2);
        return login.Length == 2 && IsGood(login[0], login[1])
            ? (login[0], null)
            : (null, node.Flavour.Unauthorized($"unable to authenticate user [{login[0]}] for REST request [{target}]"));
    }

    /// <summary>Says whether a password is the user's. The environment's password of <c>elastic</c> is the bootstrap password: it holds until another one is set.</summary>
    public bool IsGood(string user, string password)
    {
        var kept = node.State.Obj("users").Obj(user);
        return kept is not null ? kept.Str("password") == password : user == node.Flavour.Superuser && node.Environment.GetValueOrDefault(node.Flavour.PasswordVariable) == password;
    }

    /// <summary>Says whether a user has a privilege of the cluster.</summary>
    public bool MayCluster(string user, string privilege) => user == node.Flavour.Superuser || (user == "kibana_system" && privilege == "monitor")
        || Roles(user).Any(r => r.Strings("cluster").Any(p => p == privilege || p == "all"));

    /// <summary>Says whether a user has a privilege on an index or a pattern of them.</summary>
    public bool MayIndex(string user, string index, string privilege) => user == node.Flavour.Superuser
        || Roles(user).SelectMany(r => r.Items("indices")).Any(i => i.Strings("names").Any(n => ElasticsearchIndices.Matches(n, index)) && i.Strings("privileges").Any(p => p == privilege || p == "all"));

    /// <summary>Says whether a user may see Kibana, or change something in it: Kibana keeps its privileges as those of an application.</summary>
    public bool MayKibana(string user, bool toRead) => user == node.Flavour.Superuser
        || Roles(user).SelectMany(r => r.Items("applications")).Any(a => a.Str("application") == "kibana-.kibana" && a.Strings("privileges").Any(p => p is "all" or "space_all" || (toRead && p is "read" or "space_read")));

    public PodAnswer Forbidden(string user, string action, string? index = null) => node.Flavour.Forbidden(user, action, index);

    public PodAnswer Answer(PodQuestion question, string[] path)
    {
        var body = question.Body.Length > 0 ? JsonNode.Parse(question.Body) as JsonObject : null;
        switch (path, question.Method)
        {
            case (["_security", "user", var name, "_password"], "POST" or "PUT") when body is not null:
                node.State.Child("users").Child(name)["password"] = body.Str("password");
                node.Keep();
                return PodAnswer.Json(200, new JsonObject());
            case (["_security", "user", var name], "PUT" or "POST") when body is not null:
                return Put("users", name, body, made => new JsonObject { ["created"] = made });
            case (["_security", "role", var name], "PUT" or "POST") when body is not null:
                return Put("roles", name, body, made => new JsonObject { ["role"] = new JsonObject { ["created"] = made } });
            case (["_security", "user", var name], "GET") when node.State.Obj("users").Obj(name) is { } known:
                return PodAnswer.Json(200, new JsonObject { [name] = new JsonObject { ["username"] = name, ["roles"] = known["roles"]?.DeepClone() ?? new JsonArray(), ["enabled"] = true } });
            case (["_security", "user" or "role", _], "GET"):
                return PodAnswer.Json(404, new JsonObject());
            default:
                return ElasticsearchAnswer.Error(400, "illegal_argument_exception", $"request [{question.Path}] is not understood");
        }
    }

    private PodAnswer Put(string kind, string name, JsonObject body, Func<bool, JsonObject> answer)
    {
        var made = node.State.Obj(kind).Obj(name) is null;
        node.State.Child(kind)[name] = body.Clone();
        node.Keep();
        return PodAnswer.Json(200, answer(made));
    }

    private IEnumerable<JsonObject> Roles(string user) => node.State.Obj("users").Obj(user).Strings("roles").Select(r => node.State.Obj("roles").Obj(r)).OfType<JsonObject>();
}
