namespace Portal.Registry;

/// <summary>Commands to paste, with the right host and names. No secret is in them: each asks for it, so that it stays out of the shell's history.</summary>
public static class Snippets
{
    /// <summary>Name that stands for a credential that was not made yet.</summary>
    public const string NoLogin = "LOGIN";

    /// <summary>Gives the commands by tool, in the order in which they are shown.</summary>
    /// <param name="host">Host with port.</param>
    /// <param name="project">Harbor project.</param>
    /// <param name="login">The name to log in with, or null before there is one.</param>
    public static IReadOnlyList<(string Tool, string Text)> Of(string host, string project, string? login)
    {
        var name = Quote(login ?? NoLogin);
        var image = $"{host}/{project}/IMAGE:TAG";
        return
        [
            ("docker", $"docker login {host} --username {name}\ndocker tag IMAGE:TAG {image}\ndocker push {image}\ndocker pull {image}"),
            ("podman", $"podman login {host} --username {name}\npodman push IMAGE:TAG {image}\npodman pull {image}"),
            ("buildah", $"buildah login --username {name} {host}\nbuildah build --tag {image} .\nbuildah push {image}"),
            ("kubernetes", Kubernetes(host, image, name)),
        ];
    }

    private static string Kubernetes(string host, string image, string name) =>
        $"""
        read -rsp 'Secret: ' SECRET
        kubectl create secret docker-registry registry-login --docker-server={host} --docker-username={name} --docker-password="$SECRET"
        unset SECRET
        # in the pod's spec:
        #   imagePullSecrets:
        #   - name: registry-login
        #   containers:
        #   - image: {image}
        """.ReplaceLineEndings("\n");

    // A robot account's name has a dollar sign, which a shell would fill.
    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
