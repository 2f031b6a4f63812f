using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Portal.Core.Addons;

/// <summary>What an add-on says of itself beside its manifest, in <c>addon.yaml</c>.</summary>
public sealed record AddonDescription
{
    private static readonly JsonSerializerOptions Reading = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new ScalarText() },
    };

    /// <summary>Gets the namespace of its objects (<c>${namespace}</c>), made before them.</summary>
    public required string Namespace { get; init; }

    /// <summary>Gets the phase of a plan it is shown in: <c>network</c>, <c>monitoring</c>, <c>logs</c>, <c>pipelines</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>Gets further namespaces that it needs, each with the pull secret.</summary>
    public ImmutableArray<string> AlsoNamespaces { get; init; } = [];

    /// <summary>Gets what its namespace must allow: <c>baseline</c>, or <c>privileged</c> for what reads the node. The widest of a namespace's add-ons counts.</summary>
    public string PodSecurity { get; init; } = "baseline";

    /// <summary>Gets the add-ons that must work before; those that the profile leaves out do not count.</summary>
    public ImmutableArray<string> After { get; init; } = [];

    /// <summary>Gets the add-ons that cannot be in the same cluster.</summary>
    public ImmutableArray<string> Excludes { get; init; } = [];

    /// <summary>Gets whether its makers no longer mend it; it is offered with a warning.</summary>
    public bool Retired { get; init; }

    /// <summary>Gets the object that says that the cluster brings this itself, or null. While it is there and not ours, nothing is applied: the checks alone are made.</summary>
    public ProvidedBy? ProvidedBy { get; init; }

    /// <summary>Gets its own parameters with their defaults. Operators set them with <c>Portal:Addons:Parameters:NAME:KEY</c>.</summary>
    public ImmutableDictionary<string, string> Parameters { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets, for an ingress controller, how it does each strategy of balancing load; its parameter <c>strategy</c> chooses one.</summary>
    public ImmutableDictionary<string, IngressStrategy> Strategies { get; init; } = ImmutableDictionary<string, IngressStrategy>.Empty;

    /// <summary>Gets the secrets that are made once in the cluster, before its objects.</summary>
    public ImmutableArray<GeneratedSecret> Secrets { get; init; } = [];

    /// <summary>Gets the generated secret whose key <c>token</c> its messages to the portal are signed with, or null. The portal keeps a hash of it.</summary>
    public string? Tells { get; init; }

    /// <summary>Gets what is asked of the program once it is ready, before the checks; idempotent, repeated until it succeeds.</summary>
    public ImmutableArray<AddonRequest> Setup { get; init; } = [];

    /// <summary>Gets how it proves that it works; all must succeed.</summary>
    public ImmutableArray<AddonRequest> Checks { get; init; } = [];

    /// <summary>Gets what its accounts must not be able to do; the cluster itself is asked, after the checks.</summary>
    public ImmutableArray<DeniedRights> Denied { get; init; } = [];

    /// <summary>Gets the scrape jobs of Prometheus that it adds targets to; the last step of an initialisation asks for them.</summary>
    public ImmutableArray<string> Targets { get; init; } = [];

    /// <summary>Reads the text of an <c>addon.yaml</c>.</summary>
    /// <exception cref="FormatException">It is no YAML, lacks a field or has one that is not known.</exception>
    internal static AddonDescription Read(string addon, string text)
    {
        try
        {
            return CatalogYaml.Read(addon, text)[0].Deserialize<AddonDescription>(Reading)!;
        }
        catch (JsonException e)
        {
            throw new FormatException($"{addon}: addon.yaml: {e.Message}", e);
        }
    }

    /// <summary>YAML's plain scalars come as numbers and booleans; here all of them are text.</summary>
    private sealed class ScalarText : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonNode.Parse(ref reader)?.ToString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}

/// <summary>An object by which one sees that something is there already.</summary>
/// <param name="ApiVersion">Group and version.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Name">Name, in the add-on's namespace.</param>
public sealed record ProvidedBy(string ApiVersion, string Kind, string Name);

/// <summary>A secret that an add-on needs: made once with random values, never made again while it is there, known to the cluster alone.</summary>
public sealed record GeneratedSecret
{
    /// <summary>Gets the Secret's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets keys with known values, such as a user name.</summary>
    public ImmutableDictionary<string, string> Values { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets keys with random values, and how many letters and digits each has.</summary>
    public ImmutableDictionary<string, int> Generate { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Gets the name in a self-signed certificate, kept as <c>tls.crt</c> with its key <c>tls.key</c>; or null for none. It is its own authority, and lasts ten years.</summary>
    public string? Certificate { get; init; }
}

/// <summary>Rights that nobody has given by mistake.</summary>
public sealed record DeniedRights
{
    /// <summary>Gets the service accounts, as <c>namespace/name</c>.</summary>
    public required ImmutableArray<string> Accounts { get; init; }

    /// <summary>Gets the namespace in which they may do nothing.</summary>
    public required string Namespace { get; init; }

    /// <summary>Gets the verbs to ask for.</summary>
    public required ImmutableArray<string> Verbs { get; init; }

    /// <summary>Gets the resources to ask for: <c>pods</c>, <c>pods/exec</c>, <c>deployments.apps</c>.</summary>
    public required ImmutableArray<string> Resources { get; init; }
}

/// <summary>A question to a port of one of an add-on's pods, through the API server's port-forward, and what counts as success.</summary>
public sealed record AddonRequest
{
    /// <summary>Gets the label selector of the pods; the first ready one is asked.</summary>
    public required string Selector { get; init; }

    /// <summary>Gets the port.</summary>
    public required int Port { get; init; }

    /// <summary>Gets what is spoken: <c>http</c>, or <c>dns</c> (over TCP; the path is the name that must have an address).</summary>
    public string Protocol { get; init; } = "http";

    /// <summary>Gets the path with its query.</summary>
    public required string Path { get; init; }

    /// <summary>Gets the method.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>Gets the headers to send.</summary>
    public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the body to send, as JSON unless a header says otherwise; or null. <c>{{secret/key}}</c> is replaced by a value of a Secret when it is sent.</summary>
    public string? Body { get; init; }

    /// <summary>Gets the secret to sign in with (basic), or null.</summary>
    public AddonLogin? Login { get; init; }

    /// <summary>Gets the status that counts as success, or null for any from 200 to 299.</summary>
    public int? Status { get; init; }

    /// <summary>Gets a regular expression that the body must match, or null.</summary>
    public string? Expect { get; init; }

    /// <summary>Gets a header that the answer must have, or null.</summary>
    public string? ExpectHeader { get; init; }
}

/// <summary>Where a user name and a password are.</summary>
public sealed record AddonLogin
{
    /// <summary>Gets the Secret's name, in the add-on's namespace.</summary>
    public required string Secret { get; init; }

    /// <summary>Gets the key of the user name.</summary>
    public string UserKey { get; init; } = "username";

    /// <summary>Gets the key of the password.</summary>
    public string PasswordKey { get; init; } = "password";
}
