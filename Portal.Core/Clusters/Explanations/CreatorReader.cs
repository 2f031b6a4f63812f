using Portal.Core.Backends;

namespace Portal.Core.Clusters.Explanations;

/// <summary>Asks Keystone what became of the account that created a cluster; Magnum's trust hangs on it.</summary>
internal sealed class CreatorReader(BackendHttp http)
{
    /// <summary>Gives <c>enabled</c>, <c>disabled</c> or <c>deleted</c>; null when the cluster names no account.</summary>
    public async Task<string?> ReadAsync(Scope scope, string userId, CancellationToken cancellationToken)
    {
        if (userId.Length == 0)
        {
            return null;
        }

        var call = new BackendCall
        {
            Backend = "keystone",
            Operation = "find user",
            Scope = scope,
            ServiceType = "identity",
            Version = "v3",
            Path = "users/" + Uri.EscapeDataString(userId),
        };
        var found = await http.FindAsync<UserEnvelope>(call, cancellationToken).ConfigureAwait(false);
        return found is null ? "deleted" : found.User.Enabled == false ? "disabled" : "enabled";
    }

    private sealed record UserEnvelope(UserBody User);

    private sealed record UserBody(bool? Enabled);
}
