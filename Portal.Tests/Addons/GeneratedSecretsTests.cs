using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Addons;

namespace Portal.Tests.Addons;

/// <summary>A secret of an add-on is made once: a volume may have been written with it.</summary>
public sealed class GeneratedSecretsTests
{
    private static readonly GeneratedSecret Wanted = new() { Name = "login", Values = ImmutableDictionary<string, string>.Empty.Add("username", "elastic"), Generate = ImmutableDictionary<string, int>.Empty.Add("password", 32) };
    private readonly MemoryKubernetes cluster = new();

    [Fact]
    public async Task Secret_NotThere_IsMadeWithRandomValuesAndRead()
    {
        await EnsureAsync(Wanted);

        var (user, password) = await GeneratedSecrets.LoginAsync(cluster, "logging", new AddonLogin { Secret = "login" }, CancellationToken.None);
        Assert.Equal("elastic", user);
        Assert.Matches("^[A-Za-z0-9]{32}$", password);
    }

    [Fact]
    public async Task Secret_ThatIsThere_IsNeverMadeAgain()
    {
        await EnsureAsync(Wanted);
        var before = cluster.Objects.Single().ToJsonString();

        await EnsureAsync(Wanted);

        Assert.Equal(before, cluster.Objects.Single().ToJsonString());
    }

    [Fact]
    public async Task Secret_OfAnOlderRelease_GetsTheNewKeyAndKeepsTheOthers()
    {
        await EnsureAsync(Wanted);
        var password = (string)cluster.Objects.Single()["data"]!["password"]!;

        await EnsureAsync(Wanted with { Generate = Wanted.Generate.Add("token", 8) });

        var data = cluster.Objects.Single()["data"]!;
        Assert.Equal(password, (string)data["password"]!);
        Assert.Equal(8, Encoding.UTF8.GetString(Convert.FromBase64String((string)data["token"]!)).Length);
    }

    [Fact]
    public async Task Secret_MadeByAnotherReplicaMeanwhile_IsTheirs()
    {
        cluster.BeforeCreate = () => cluster.Objects.Add(JsonNode.Parse("""{"kind":"Secret","metadata":{"name":"login","namespace":"logging"},"data":{"username":"ZWxhc3RpYw==","password":"dGhlaXJz"}}""")!.AsObject());

        await EnsureAsync(Wanted);

        Assert.Equal("dGhlaXJz", (string)cluster.Objects.Single()["data"]!["password"]!);
    }

    private Task EnsureAsync(GeneratedSecret secret) => GeneratedSecrets.EnsureAsync(cluster, "elasticsearch", "logging", secret, CancellationToken.None);
}
