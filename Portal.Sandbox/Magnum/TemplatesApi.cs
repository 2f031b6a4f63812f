using System.Text.Json.Nodes;
using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Magnum;

/// <summary><c>/v1/clustertemplates</c>.</summary>
internal sealed class TemplatesApi(MagnumState state)
{
    private static readonly string[] Mandatory = ["/image_id", "/coe"];

    private static readonly Dictionary<string, Func<ClusterTemplate, IComparable?>> SortKeys = new(StringComparer.Ordinal)
    {
        ["id"] = t => t.Id,
        ["uuid"] = t => t.Uuid,
        ["name"] = t => t.Name,
        ["created_at"] = t => t.Created,
        ["updated_at"] = t => t.Updated,
        ["image_id"] = t => t.Text("image_id"),
        ["flavor_id"] = t => t.Text("flavor_id"),
        ["coe"] = t => t.Text("coe"),
        ["public"] = t => t.Public,
    };

    public Task AnswerAsync(MagnumRequest request) => (request.Method, request.Path) switch
    {
        ("GET", ["clustertemplates"] or ["clustertemplates", "detail"]) => List(request),
        ("POST", ["clustertemplates"]) => Create(request),
        ("GET", ["clustertemplates", var id]) => request.Reply(200, Show(request, state.FindTemplate(request.Token, id))),
        ("PATCH", ["clustertemplates", var id]) => Patch(request, id),
        ("DELETE", ["clustertemplates", var id]) => Delete(request, id),
        (_, ["clustertemplates"] or ["clustertemplates", _]) => throw new RoutingException(405, request.Path.Length == 1 ? "GET, POST" : "DELETE, GET, PATCH"),
        _ => throw new RoutingException(404),
    };

    private static JsonObject Show(MagnumRequest request, ClusterTemplate template, DateTimeOffset? exact = null)
    {
        var shown = new JsonObject { ["uuid"] = template.Uuid };
        foreach (var name in TemplateFields.Shown)
        {
            shown[name] = template.Values[name]?.DeepClone();
            if (name == "cluster_distro")
            {
                shown["links"] = request.Links($"clustertemplates/{template.Uuid}");
            }
        }

        shown["project_id"] = template.ProjectId;
        shown["user_id"] = template.UserId;
        shown["hidden"] = template.Hidden;
        shown["tags"] = template.Values["tags"]?.DeepClone();
        shown["created_at"] = exact is { } at ? Ids.TimeExact(at) : Ids.Time(template.Created);
        shown["updated_at"] = Ids.Time(template.Updated);
        return shown;
    }

    private Task List(MagnumRequest request)
    {
        var page = Pages.Cut(request, state.SeenTemplates(request.Token), t => t.Uuid, SortKeys, "ClusterTemplate", out var next);
        return request.Reply(200, Pages.Show("clustertemplates", page.Select(t => Show(request, t)), next));
    }

    private Task Create(MagnumRequest request)
    {
        var values = TemplateFields.Read(request.Object, "cluster_template");
        TemplateFields.CheckResources(state.Cloud, values, request.Token.ProjectId ?? "");
        if ((values["public"]!.GetValue<bool>() || values["hidden"]!.GetValue<bool>()) && !request.Token.IsAdmin)
        {
            throw new MagnumException(403, "Not authorized to set public or hidden flag for cluster template.");
        }

        var now = state.Cloud.Now;
        var template = new ClusterTemplate
        {
            Id = state.NextTemplate(),
            Uuid = Ids.Uuid(),
            ProjectId = request.Token.ProjectId ?? "",
            UserId = request.Token.UserId,
            Created = now,
            Values = values,
        };
        state.Templates.Add(template);
        request.Http.Response.Headers.Location = $"{request.Base}/v1/clustertemplates/{template.Uuid}";
        return request.Reply(201, Show(request, template, now));
    }

    private Task Patch(MagnumRequest request, string id)
    {
        var template = Owned(request, id, "clustertemplate:update");
        var (patched, touched) = JsonPatch.Apply(request.Body, template.Values, Mandatory);
        foreach (var name in touched.Where(n => !TemplateFields.Known.Contains(n)))
        {
            throw new MagnumException(400, $"Couldn't apply patch '{PythonText.Repr(request.Body)}'. Reason: '{name}'");
        }

        if (patched["labels"] is { } labels and not JsonObject)
        {
            patched["labels"] = PythonText.ReadMap(PythonText.Str(labels))
                ?? throw MagnumException.Invalid("labels", PythonText.Str(labels), $"Value not a valid dict: {PythonText.Str(labels)}");
        }

        var values = TemplateFields.Read(patched, "cluster_template");
        TemplateFields.CheckResources(state.Cloud, values, template.ProjectId);
        if (touched.Any(n => n is "public" or "hidden") && !request.Token.IsAdmin)
        {
            throw new MagnumException(403, "Not authorized to set public or hidden flag for cluster template.");
        }

        if (touched is not (["name"] or ["public"] or ["hidden"]))
        {
            RefuseInUse(template, id);
        }

        // Magnum answers with the row as it was read, the new values in it, its time not.
        template.Values = values;
        var shown = Show(request, template);
        template.Updated = state.Cloud.Now;
        return request.Reply(200, shown);
    }

    private Task Delete(MagnumRequest request, string id)
    {
        var template = Owned(request, id, "clustertemplate:delete");
        RefuseInUse(template, id);
        state.Templates.Remove(template);
        return Reply.EmptyAsync(request.Http, 204);
    }

    private ClusterTemplate Owned(MagnumRequest request, string id, string rule)
    {
        var template = state.FindTemplate(request.Token, id);
        return template.ProjectId == request.Token.ProjectId || request.Token.IsAdmin ? template : throw MagnumException.Policy(rule);
    }

    private void RefuseInUse(ClusterTemplate template, string id)
    {
        if (state.Clusters.Exists(c => c.TemplateId == template.Uuid))
        {
            throw new MagnumException(400, $"ClusterTemplate {id} is referenced by one or multiple clusters.");
        }
    }
}
