using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry;

/// <inheritdoc />
internal sealed class RegistryCredentials(IRegistryPlaces places, IHarborAccounts accounts, AuditedChange audited) : IRegistryCredentials
{
    private const string Mark = "portal-personal";
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";
    private static readonly ImmutableArray<(string, string)> Pull =
        [("repository", "pull"), ("repository", "list"), ("repository", "read"), ("artifact", "list"), ("artifact", "read"), ("tag", "list")];

    private static readonly ImmutableArray<(string, string)> Push = [.. Pull, ("repository", "push"), ("artifact", "create"), ("tag", "create")];

    public async Task<IReadOnlyList<PersonalCredential>> ListAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var place = await PlaceAsync(scope, cancellationToken).ConfigureAwait(false);
        var robots = await OwnAsync(scope, place, cancellationToken).ConfigureAwait(false);
        return [.. robots.OrderByDescending(r => r.CreatedAt).Select(r => new PersonalCredential(r.Id, r.FullName, NameIn(r.Description), r.MayPush, r.CreatedAt, r.ExpiresAt))];
    }

    public async Task<MadeCredential> CreateAsync(Scope scope, bool mayPush, int days, CancellationToken cancellationToken)
    {
        if (!IRegistryCredentials.Lives.Contains(days))
        {
            throw new ArgumentOutOfRangeException(nameof(days));
        }

        return await AuditedAsync(scope, "registry.credential.create", async details =>
        {
            var place = await PlaceAsync(scope, cancellationToken).ConfigureAwait(false);
            var wanted = new NewRobotAccount(place.HarborProject, "person-" + RandomNumberGenerator.GetString(Letters, 10), $"{MarkOf(scope)} {scope.UserName}", mayPush ? Push : Pull) { Days = days };
            var made = await accounts.CreateExpiringRobotAsync(wanted, cancellationToken).ConfigureAwait(false);
            details["name"] = made.Login.UserName;
            details["rights"] = mayPush ? "pull push" : "pull";
            details["expires"] = made.ExpiresAt?.ToString("O", CultureInfo.InvariantCulture) ?? "never";
            return new MadeCredential(place.Host, made.Login.UserName, made.Login.Password, made.ExpiresAt);
        }).ConfigureAwait(false);
    }

    public async Task RevokeAsync(Scope scope, long id, CancellationToken cancellationToken) =>
        await AuditedAsync(scope, "registry.credential.revoke", async details =>
        {
            details["name"] = id.ToString(CultureInfo.InvariantCulture);
            var place = await PlaceAsync(scope, cancellationToken).ConfigureAwait(false);

            // The portal's own account may delete every robot of Harbor: only what was made here for this project is looked for.
            if ((await OwnAsync(scope, place, cancellationToken).ConfigureAwait(false)).FirstOrDefault(r => r.Id == id) is { } robot)
            {
                details["name"] = robot.FullName;
                await accounts.DeleteRobotAsync(robot.Id, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }).ConfigureAwait(false);

    private async Task<IEnumerable<RobotAccount>> OwnAsync(Scope scope, RegistryPlace place, CancellationToken cancellationToken)
    {
        var robots = await accounts.ListRobotsAsync(place.HarborProjectId, cancellationToken).ConfigureAwait(false);
        return robots.Where(r => r.Description.StartsWith($"{Mark} {scope.ProjectId} ", StringComparison.Ordinal));
    }

    private async Task<RegistryPlace> PlaceAsync(Scope scope, CancellationToken cancellationToken) =>
        await places.FindAsync(scope, cancellationToken).ConfigureAwait(false)
            ?? throw new BackendException(HarborHttp.Backend, "find the project's place", BackendFailure.NotFound, "the project has no place in Harbor yet");

    private Task<T> AuditedAsync<T>(Scope scope, string action, Func<Dictionary<string, string>, Task<T>> act) => audited.RunAsync(scope, action, "registry/" + scope.ProjectId, act);

    private static string MarkOf(Scope scope) => $"{Mark} {scope.ProjectId} {scope.UserId}";

    private static string NameIn(string description) => description.Split(' ', 4) is [_, _, _, var name] ? name : "";
}
