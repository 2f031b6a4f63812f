using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Heat;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Magnum;

/// <summary>Magnum v1 with microversions.</summary>
internal sealed class MagnumService : OpenStackService
{
    private static readonly string[] Resources = ["baymodels", "bays", "clustertemplates", "clusters", "quotas", "certificates", "mservices", "stats", "federations"];

    private readonly MagnumState state;
    private readonly Conductor conductor;
    private readonly TemplatesApi templates;
    private readonly ClustersApi clusters;
    private readonly NodeGroupsApi groups;
    private readonly CertificatesApi certificates;
    private readonly QuotasApi quotas;
    private readonly ServicesApi services;

    public MagnumService(SandboxContext context)
        : base(context, "magnum", 26511)
    {
        state = new MagnumState(Cloud);
        conductor = new Conductor(state, context.Get<StackEngine>());
        conductor.Apis.Use(conductor.Authorities.Of);
        templates = new TemplatesApi(state);
        clusters = new ClustersApi(state, conductor);
        groups = new NodeGroupsApi(state, conductor);
        certificates = new CertificatesApi(state, conductor);
        quotas = new QuotasApi(state);
        services = new ServicesApi(state);
    }

    public override Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        lock (Cloud.Gate)
        {
            new MagnumSeed(state, conductor, Context.Get<StackEngine>()).Fill(saved, Context.Declarations?["magnum"] as JsonObject, services);
        }

        return Task.CompletedTask;
    }

    public override JsonNode Save()
    {
        lock (Cloud.Gate)
        {
            return new JsonObject
            {
                ["clock_offset"] = Context.Clock.Offset.TotalSeconds,
                ["clusters"] = JsonSerializer.SerializeToNode(state.Clusters, SavedJson.Options),
                ["templates"] = JsonSerializer.SerializeToNode(state.Templates, SavedJson.Options),
                ["quotas"] = JsonSerializer.SerializeToNode(state.Quotas, SavedJson.Options),
            };
        }
    }

    public override void Tick(DateTimeOffset now)
    {
        lock (Cloud.Gate)
        {
            conductor.Tick(now);
        }
    }

    protected override async Task<bool> AnswerOpenAsync(HttpContext http, string[] path)
    {
        if (path.Length > 0)
        {
            return false;
        }

        await Reply.JsonAsync(http, 200, new JsonObject
        {
            ["name"] = "OpenStack Magnum API",
            ["description"] = "Magnum is an OpenStack project which aims to provide container cluster management.",
            ["versions"] = new JsonArray(new JsonObject
            {
                ["id"] = "v1",
                ["links"] = new JsonArray(new JsonObject { ["href"] = Address + "/v1/", ["rel"] = "self" }),
                ["status"] = "CURRENT",
                ["max_version"] = state.MaxVersion.ToString(),
                ["min_version"] = state.MinVersion.ToString(),
            }),
        });
        return true;
    }

    protected override async Task AnswerAsync(HttpContext http, string[] path, TokenInfo token)
    {
        try
        {
            if (path is not ["v1", .. var rest])
            {
                throw new RoutingException(404);
            }

            var version = MicroVersion.Asked(http.Request.Headers["OpenStack-API-Version"], state.MinVersion, state.MaxVersion);
            AddVersionHeaders(http, version);
            if (version < state.MinVersion || version > state.MaxVersion)
            {
                await RefuseVersionAsync(http);
                return;
            }

            var body = HttpMethods.IsGet(http.Request.Method) ? null : await BodyAsync(http);
            var request = new MagnumRequest(http, token, version, rest, body, Address);
            await SlowDownAsync(request);
            await RouteAsync(request);
        }
        catch (MagnumException e)
        {
            await ErrorAsync(http, e.Status, "client", e.Message.Split('.')[0], e.Message);
        }
        catch (RoutingException e)
        {
            RemoveVersionHeaders(http);
            if (e.Allow is { } allow)
            {
                http.Response.Headers.Allow = allow;
            }

            await ErrorAsync(http, e.Status, "", "", "");
        }
    }

    private Task RouteAsync(MagnumRequest request)
    {
        lock (Cloud.Gate)
        {
            return request.Path switch
            {
                [] => request.Reply(200, Document(request)),
                ["clusters", _, "nodegroups", ..] => groups.AnswerAsync(request),
                ["clusters", ..] => clusters.AnswerAsync(request),
                ["clustertemplates", ..] => templates.AnswerAsync(request),
                ["certificates", ..] => certificates.AnswerAsync(request),
                ["quotas", ..] => quotas.AnswerAsync(request),
                ["stats"] => quotas.StatsAsync(request),
                ["mservices"] => services.AnswerAsync(request),
                ["federations"] => request.Reply(200, new JsonObject { ["federations"] = new JsonArray() }),
                _ => throw new RoutingException(404),
            };
        }
    }

    /// <summary>A tenant's reads of clusters cost a log-in at Keystone for each row.</summary>
    private async Task SlowDownAsync(MagnumRequest request)
    {
        if (state.ListDelay <= TimeSpan.Zero || request.Token.IsAdmin || request.Path is not ["clusters", ..] || request.Method != "GET")
        {
            return;
        }

        int rows;
        lock (Cloud.Gate)
        {
            rows = request.Path is ["clusters"] or ["clusters", "detail"] ? state.Seen(request.Token).Count() : 4;
        }

        await Task.Delay(state.ListDelay * rows, request.Http.RequestAborted);
    }

    private static JsonObject Document(MagnumRequest request)
    {
        var document = new JsonObject
        {
            ["id"] = "v1",
            ["media_types"] = new JsonArray(new JsonObject { ["base"] = "application/json", ["type"] = "application/vnd.openstack.magnum.v1+json" }),
            ["links"] = new JsonArray(
                new JsonObject { ["href"] = request.Base + "/v1/", ["rel"] = "self" },
                new JsonObject { ["href"] = "http://docs.openstack.org/developer/magnum/dev/api-spec-v1.html", ["rel"] = "describedby", ["type"] = "text/html" }),
        };
        foreach (var resource in Resources)
        {
            document[resource] = request.Links(resource + "/");
        }

        if (request.Version >= MicroVersion.V(9))
        {
            document["nodegroups"] = request.Links("clusters/{cluster_id}/nodegroups");
        }

        return document;
    }

    private void AddVersionHeaders(HttpContext http, MicroVersion version)
    {
        http.Response.Headers["OpenStack-API-Minimum-Version"] = $"container-infra {state.MinVersion}";
        http.Response.Headers["OpenStack-API-Maximum-Version"] = $"container-infra {state.MaxVersion}";
        http.Response.Headers["OpenStack-API-Version"] = $"container-infra {version}";
        http.Response.Headers.Vary = "OpenStack-API-Version";
    }

    private static void RemoveVersionHeaders(HttpContext http)
    {
        foreach (var name in new[] { "OpenStack-API-Minimum-Version", "OpenStack-API-Maximum-Version", "OpenStack-API-Version", "Vary" })
        {
            http.Response.Headers.Remove(name);
        }
    }

    private Task RefuseVersionAsync(HttpContext http) => Reply.JsonAsync(http, 406, new JsonObject
    {
        ["errors"] = new JsonArray(new JsonObject
        {
            ["max_version"] = state.MaxVersion.ToString(),
            ["min_version"] = state.MinVersion.ToString(),
            ["code"] = "magnum.microversion-unsupported",
            ["links"] = new JsonArray(new JsonObject { ["rel"] = "help", ["href"] = "http://docs.openstack.org/api-guide/compute/microversions.html" }),
            ["title"] = "Requested microversion is unsupported",
        }),
    });

    private static Task ErrorAsync(HttpContext http, int status, string code, string title, string detail) => Reply.JsonAsync(http, status, new JsonObject
    {
        ["errors"] = new JsonArray(new JsonObject
        {
            ["request_id"] = "",
            ["code"] = code,
            ["status"] = status,
            ["title"] = title,
            ["detail"] = detail,
            ["links"] = new JsonArray(),
        }),
    });
}
