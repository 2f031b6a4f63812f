using System.Security.Cryptography.X509Certificates;
using Portal.Sandbox.Kubernetes.Rbac;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Finds out who asks: token, client certificate, nobody; and as whom.</summary>
internal sealed class Authenticator(KubeCluster cluster)
{
    public KubeUser Authenticate(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return ByToken(header[7..].Trim()) ?? throw KubeException.Unauthorized();
        }

        return http.Connection.ClientCertificate is { } certificate ? ByCertificate(certificate) : KubeUser.Anonymous;
    }

    public KubeUser? ByToken(string token) =>
        cluster.StaticTokens.TryGetValue(token, out var user) ? user : cluster.Tokens.Check(token, cluster.Now);

    /// <summary>Gives the one whom the request asks to act as, if the asker may.</summary>
    public KubeUser Impersonate(HttpContext http, KubeUser user)
    {
        var headers = http.Request.Headers;
        var name = headers["Impersonate-User"].ToString();
        var groups = headers["Impersonate-Group"].OfType<string>().ToList();
        if (name.Length == 0)
        {
            return groups.Count == 0 && headers["Impersonate-Uid"].Count == 0 ? user : throw KubeException.BadRequest("requested [{Group }] without impersonating a user");
        }

        if (ServiceAccountParts(name) is { } account)
        {
            Require(user, new Attributes("impersonate") { Resource = "serviceaccounts", Namespace = account.Namespace, Name = account.Name });
            if (groups.Count == 0)
            {
                groups = ["system:serviceaccounts", $"system:serviceaccounts:{account.Namespace}"];
            }
        }
        else
        {
            Require(user, new Attributes("impersonate") { Resource = "users", Name = name });
        }

        foreach (var group in headers["Impersonate-Group"].OfType<string>())
        {
            Require(user, new Attributes("impersonate") { Resource = "groups", Name = group });
        }

        if (name != "system:anonymous" && !groups.Contains("system:authenticated"))
        {
            groups.Add("system:authenticated");
        }

        return new KubeUser(name, groups, headers["Impersonate-Uid"].ToString());
    }

    private static (string Namespace, string Name)? ServiceAccountParts(string name)
    {
        var parts = name.Split(':');
        return parts is ["system", "serviceaccount", _, _] ? (parts[2], parts[3]) : null;
    }

    private KubeUser ByCertificate(X509Certificate2 certificate)
    {
        if (!cluster.Authority.Signed(certificate, cluster.Now))
        {
            throw KubeException.Unauthorized();
        }

        var names = certificate.SubjectName.EnumerateRelativeDistinguishedNames().ToList();
        string? First(string oid) => names.Find(n => !n.HasMultipleElements && n.GetSingleElementType().Value == oid)?.GetSingleElementValue();
        var groups = names.Where(n => !n.HasMultipleElements && n.GetSingleElementType().Value == "2.5.4.10").Select(n => n.GetSingleElementValue()).OfType<string>();
        return new KubeUser(First("2.5.4.3") ?? string.Empty, [.. groups, "system:authenticated"]);
    }

    private void Require(KubeUser user, Attributes wanted)
    {
        if (cluster.Authorizer.Allowed(user, wanted) is null)
        {
            throw Refusals.Forbidden(user, wanted);
        }
    }
}
