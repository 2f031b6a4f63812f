using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Magnum;

/// <summary><c>/v1/certificates</c>: CAs, signing, rotation.</summary>
internal sealed class CertificatesApi(MagnumState state, Conductor conductor)
{
    public Task AnswerAsync(MagnumRequest request) => (request.Method, request.Path) switch
    {
        ("GET", ["certificates", var id]) => Show(request, id),
        ("POST", ["certificates"]) => Sign(request),
        ("PATCH", ["certificates", var id]) => Rotate(request, id),
        (_, ["certificates"] or ["certificates", _]) => throw new RoutingException(405, request.Path.Length == 1 ? "POST" : "GET, PATCH"),
        _ => throw new RoutingException(404),
    };

    private Task Show(MagnumRequest request, string id)
    {
        var cluster = state.Find(request.Token, id, all: false);
        Allow(request, cluster, "certificate:get");
        var authority = conductor.Authorities.Of(cluster, request.Query("ca_cert_type"));
        return request.Reply(200, Body(request, cluster, null, authority.CertificatePem));
    }

    private Task Sign(MagnumRequest request)
    {
        var named = request.Version >= MicroVersion.V(13) ? new[] { "cluster_id" } : [];
        var fields = new Fields(request.Object, "certificate").Only(["cluster_uuid", "bay_uuid", "csr", "ca_cert_type", "pem", "links", .. named]);
        var id = fields.Text("cluster_id") ?? fields.Text("cluster_uuid") ?? fields.Text("bay_uuid") ?? throw MagnumException.Missing("cluster_uuid");
        var csr = fields.Text("csr", 20000) ?? throw MagnumException.Missing("csr");
        var cluster = state.Find(request.Token, id, all: false, notFound: 400);
        Allow(request, cluster, "certificate:create");
        try
        {
            var pem = conductor.Authorities.Of(cluster, fields.Text("ca_cert_type")).Sign(csr, state.Cloud.Now);
            return request.Reply(201, Body(request, cluster, csr, pem));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            throw new MagnumException(400, $"Received invalid csr b{PythonText.Quote(csr)}.");
        }
    }

    private Task Rotate(MagnumRequest request, string id)
    {
        request.Needs(5);
        var cluster = state.Find(request.Token, id, all: false);
        if (cluster.IsFailed || cluster.IsBusy)
        {
            throw new MagnumException(400, $"Updating a cluster when status is \"{cluster.Status}\" is not supported.");
        }

        conductor.Rotate(cluster);
        return request.Reply(202, new JsonObject { ["uuid"] = cluster.Uuid });
    }

    /// <summary>Only administrators and the very user who made the cluster may have its certificates.</summary>
    private static void Allow(MagnumRequest request, Cluster cluster, string rule)
    {
        if (cluster.UserId == request.Token.UserName)
        {
            cluster.UserId = request.Token.UserId;
        }

        if (!request.Token.IsAdmin && cluster.UserId != request.Token.UserId)
        {
            throw MagnumException.Policy(rule);
        }
    }

    private static JsonObject Body(MagnumRequest request, Cluster cluster, string? csr, string pem)
    {
        var body = new JsonObject { ["bay_uuid"] = cluster.Uuid, ["cluster_uuid"] = cluster.Uuid };
        if (request.Version >= MicroVersion.V(13))
        {
            body["cluster_id"] = cluster.Uuid;
        }

        body["links"] = request.Links($"certificates/{cluster.Uuid}");
        if (csr is not null)
        {
            body["csr"] = csr;
        }

        body["pem"] = pem;
        return body;
    }
}
