using Microsoft.AspNetCore.Http.Features;
using Portal.Sandbox.Kubernetes.Rbac;
using Portal.Sandbox.Kubernetes.Streams;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>The API server of one cluster: who is it, may they, and then the answer.</summary>
internal sealed class KubeApi(KubeCluster cluster, CancellationToken stopping)
{
    private readonly Authenticator authenticator = new(cluster);

    public async Task HandleAsync(HttpContext http)
    {
        cluster.Now = cluster.Context.Clock.Now;
        http.Response.Headers["Audit-Id"] = Guid.NewGuid().ToString();
        http.Response.Headers.CacheControl = "no-cache, private";
        http.Features.Get<IHttpBodyControlFeature>()!.AllowSynchronousIO = true;
        try
        {
            var user = authenticator.Authenticate(http);
            user = authenticator.Impersonate(http, user);
            var parts = RequestParts.Read(http.Request);
            Authorize(http, user, parts);
            await (parts.IsResource ? ResourceAsync(http, user, parts) : Plain.AnswerAsync(cluster, http, parts));
        }
        catch (KubeException refusal) when (!http.Response.HasStarted)
        {
            await Output.RefuseAsync(http, refusal);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the cluster ends.
        }
    }

    private void Authorize(HttpContext http, KubeUser user, RequestParts parts)
    {
        var wanted = parts.IsResource
            ? new Attributes(parts.Verb)
            {
                Group = parts.Group,
                Resource = parts.Resource,
                Subresource = parts.Subresource,
                Namespace = parts.Resource == "namespaces" ? string.Empty : parts.Namespace,
                Name = parts.Name,
            }
            : new Attributes(parts.Verb) { Path = parts.Path };
        var allowed = cluster.Authorizer.Allowed(user, wanted);
        if (allowed is null && parts.Resource == "namespaces" && parts.Namespace.Length > 0)
        {
            // A role inside the namespace may let somebody read the namespace itself.
            allowed = cluster.Authorizer.Allowed(user, wanted with { Namespace = parts.Namespace });
        }

        if (allowed is null)
        {
            http.Response.Headers.XContentTypeOptions = "nosniff";
            throw Refusals.Forbidden(user, parts.Resource == "namespaces" ? wanted with { Namespace = parts.Namespace } : wanted);
        }
    }

    private async Task ResourceAsync(HttpContext http, KubeUser user, RequestParts parts)
    {
        if (parts.Group.Length > 0 && !cluster.Types.HasGroup(parts.Group))
        {
            await Output.TextAsync(http, 404, "404 page not found\n");
            return;
        }

        var type = cluster.Types.Find(parts.Group, parts.Version, parts.Resource) ?? throw KubeException.NoResource();
        if (parts.Resource == "namespaces")
        {
            parts = parts with { Namespace = string.Empty };
        }

        if (!type.Namespaced && parts.Namespace.Length > 0)
        {
            throw KubeException.NoResource();
        }

        var request = new KubeRequest(http, parts, user, type);
        await (parts.Subresource.Length > 0 ? SubresourceAsync(request) : VerbAsync(request));
    }

    private async Task VerbAsync(KubeRequest request)
    {
        var (type, verb) = (request.Type, request.Parts.Verb);
        if (type.Group == "metrics.k8s.io")
        {
            await Metrics.AnswerAsync(cluster, request);
            return;
        }

        if (type.Plural == "componentstatuses")
        {
            await Plain.ComponentsAsync(request.Http);
            return;
        }

        var misplaced = (verb == "create" && request.Parts.Name.Length > 0) || (verb is "patch" or "update" && request.Parts.Name.Length == 0);
        if (misplaced || !type.Verbs.Contains(verb) || (type.Namespaced && request.Parts.Namespace.Length == 0 && verb is not ("list" or "watch")))
        {
            throw KubeException.MethodNotAllowed();
        }

        await (verb switch
        {
            "create" when type.Plural == "bindings" => Subresources.BindAsync(cluster, request),
            "create" when !type.Stored => Reviews.AnswerAsync(cluster, request),
            "create" => Resources.CreateAsync(cluster, request),
            "get" => Resources.GetAsync(cluster, request),
            "list" => Lists.AnswerAsync(cluster, request),
            "watch" => Watches.AnswerAsync(cluster, request, stopping),
            "update" => Resources.UpdateAsync(cluster, request),
            "patch" => Resources.PatchAsync(cluster, request),
            "delete" => Resources.DeleteAsync(cluster, request),
            _ => Resources.DeleteManyAsync(cluster, request),
        });
    }

    private Task SubresourceAsync(KubeRequest request)
    {
        var (type, parts) = (request.Type, request.Parts);
        if (!type.Subresources.Contains(parts.Subresource))
        {
            throw KubeException.NoResource();
        }

        return (parts.Subresource, parts.Verb) switch
        {
            ("scale", "get" or "update" or "patch") => Subresources.ScaleAsync(cluster, request),
            ("eviction", "create") => Subresources.EvictAsync(cluster, request),
            ("binding", "create") => Subresources.BindAsync(cluster, request),
            ("token", "create") => Subresources.TokenAsync(cluster, request),
            ("finalize", "update") => Subresources.FinalizeAsync(cluster, request),
            ("status" or "approval" or "ephemeralcontainers", "get") => Resources.GetAsync(cluster, request),
            ("status" or "approval" or "ephemeralcontainers", "update") => Resources.UpdateAsync(cluster, request),
            ("status" or "approval" or "ephemeralcontainers", "patch") => Resources.PatchAsync(cluster, request),
            ("log", "get") => PodLog.AnswerAsync(cluster, request, stopping),
            ("exec" or "attach" or "portforward", "get" or "create") => PodStreams.AnswerAsync(cluster, request, stopping),
            ("proxy", _) => Proxy.AnswerAsync(cluster, request),
            _ => throw KubeException.MethodNotAllowed(),
        };
    }
}
