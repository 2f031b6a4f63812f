using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Initialisation;

/// <summary>Puts the project's pull credential into the namespaces that pull from the site's registry.</summary>
internal sealed class RegistrySecretStep(InitialisationTools tools, IPullCredentials credentials) : InitialisationStep
{
    internal const string StepId = "cluster.registry-secret";
    internal const string SecretName = "registry-pull";
    private static readonly string[] Zones = ["monitoring", "zone-test", "zone-prod"];

    public override string Id => StepId;

    public override string Phase => "access";

    public override IReadOnlyList<string> DependsOn => [ZonesStep.StepId];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var scope = await tools.ScopeAsync(context, cancellationToken).ConfigureAwait(false);
        var (credential, missing) = await credentials.GetAsync(scope, context.Plan.RequestedBy, cancellationToken).ConfigureAwait(false);
        if (credential is null)
        {
            return StepResult.NotYet(missing ?? Reason.Of("registry.no-credential"), TimeSpan.FromSeconds(3));
        }

        var api = await tools.ApiAsync(context, cancellationToken).ConfigureAwait(false);
        await AddonInstaller.ApplyAsync(
            api, [.. Namespaces(context).SelectMany(n => Objects(n, credential))], made => context.ReportAsync(Reason.Of("addon.applying"), made, cancellationToken), cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await ReachableAsync(tools, context, cancellationToken).ConfigureAwait(false) is not { } api)
        {
            return;
        }

        foreach (var space in Namespaces(context))
        {
            // Before the secret goes, so that no pod is told to pull with one that is not there.
            if (AddonNamespaces.IsOurs(space) && await api.FindAsync(KubernetesResource.Of("v1", "ServiceAccount"), space, "default", cancellationToken).ConfigureAwait(false) is not null)
            {
                await api.ApplyAsync(Plain(space), cancellationToken).ConfigureAwait(false);
            }

            await api.DeleteAsync(KubernetesResource.Of("v1", "Secret"), space, SecretName, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The secret, and in our own namespaces the default account that names it.</summary>
    internal static IEnumerable<JsonObject> Objects(string space, PullCredential credential)
    {
        yield return Secret(space, credential);
        if (AddonNamespaces.IsOurs(space))
        {
            yield return new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ServiceAccount",
                ["metadata"] = Metadata("default", space),
                ["imagePullSecrets"] = new JsonArray(new JsonObject { ["name"] = SecretName }),
            };
        }
    }

    /// <summary>The secret alone.</summary>
    internal static JsonObject Secret(string space, PullCredential credential)
    {
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"));
        var config = new JsonObject
        {
            ["auths"] = new JsonObject
            {
                [credential.Host] = new JsonObject { ["username"] = credential.UserName, ["password"] = credential.Password, ["auth"] = login },
            },
        };
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = Metadata(SecretName, space),
            ["type"] = "kubernetes.io/dockerconfigjson",
            ["data"] = new JsonObject { [".dockerconfigjson"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(config.ToJsonString())) },
        };
    }

    // Every namespace has this account: it stays, and what we wished of it goes. An apply takes back what its manager no longer says.
    private static JsonObject Plain(string space) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ServiceAccount",
        ["metadata"] = new JsonObject { ["name"] = "default", ["namespace"] = space },
    };

    private static JsonObject Metadata(string name, string space) => new()
    {
        ["name"] = name,
        ["namespace"] = space,
        ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "container-platform-portal" },
    };

    private IEnumerable<string> Namespaces(StepContext context) => Zones.Union(AddonNamespaces.Names(tools.Catalog, tools.AddonsOf(context.Plan)));
}
