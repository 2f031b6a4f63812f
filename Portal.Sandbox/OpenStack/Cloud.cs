using System.Text.Json.Nodes;
using Portal.Sandbox.Heat;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Keystone;
using Portal.Sandbox.World;

namespace Portal.Sandbox.OpenStack;

/// <summary>What the services behind Keystone know in common. Everything in it is read and changed under <see cref="Gate"/>.</summary>
internal sealed class Cloud(SandboxContext context)
{
    public SandboxContext Context { get; } = context;

    public Lock Gate { get; } = new();

    public List<Flavor> Flavors { get; } = [];

    public List<Keypair> Keypairs { get; } = [];

    public List<Image> Images { get; } = [];

    public List<Network> Networks { get; } = [];

    public Quotas Quotas { get; } = new();

    /// <summary>Gets all Heat stacks, nested ones too, by id.</summary>
    public Dictionary<string, Stack> Stacks { get; } = new(StringComparer.Ordinal);

    public DateTimeOffset Now => Context.Clock.Now;

    /// <summary>Gets or sets whether things take as long as in a real cloud, whatever the pace: for what was before the sandbox began.</summary>
    public bool IsPast { get; set; }

    public TimeSpan Paced(TimeSpan realistic) => IsPast ? realistic : Context.Paced(realistic);

    /// <summary>Gives the one cloud of a sandbox; whichever service is made first makes it.</summary>
    public static Cloud Of(SandboxContext context)
    {
        if (context.Find<Cloud>() is { } cloud)
        {
            return cloud;
        }

        cloud = new Cloud(context);
        context.Share(cloud);
        return cloud;
    }

    public Flavor? FindFlavor(string? idOrName) => Flavors.Find(f => f.Id == idOrName) ?? Flavors.Find(f => f.Name == idOrName);

    public Image? FindImage(string? idOrName) => Images.Find(i => i.Id == idOrName) ?? Images.Find(i => i.Name == idOrName);

    public Network? FindNetwork(string? idOrName, string projectId) =>
        Networks.Find(n => n.Id == idOrName) ?? Networks.Find(n => n.Name == idOrName && (n.External || n.Shared || n.ProjectId == projectId));

    /// <summary>Finds a keypair of a user; one declared by user name becomes the id's with the first use.</summary>
    public Keypair? FindKeypair(string? name, string userId, string userName)
    {
        AdoptKeypairs(userId, userName);
        return Keypairs.Find(k => k.Name == name && k.User == userId);
    }

    public void AdoptKeypairs(string userId, string userName)
    {
        for (var i = 0; i < Keypairs.Count; i++)
        {
            if (Keypairs[i].User == userName)
            {
                Keypairs[i] = Keypairs[i] with { User = userId };
            }
        }
    }

    /// <summary>Gives the id of a declared project, or the name when Keystone does not know it.</summary>
    public string ProjectId(string? name) => name is null ? "" : Context.Find<ITokenAuthority>()?.FindProject(name)?.Id ?? name;

    /// <summary>Gives the id of a declared user: Keystone's, or the one that a federated user will have with the first sign-in.</summary>
    public string UserId(string name)
    {
        if (Context.Find<ITokenAuthority>()?.FindUser(name) is { } user)
        {
            return user.Id;
        }

        var provider = (Context.Declarations?["keystone"]?["identity_providers"] as JsonArray)?.FirstOrDefault()?["id"]?.ToString();
        return provider is null ? name : KeystoneState.FederatedUserId(KeystoneState.StableId("provider", provider), name);
    }
}
