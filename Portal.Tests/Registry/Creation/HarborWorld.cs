using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Creation;
using Portal.Sandbox.Heat;
using Portal.Sandbox.Heat.Given;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.OpenStack;
using Portal.Tests.Addons;
using Portal.Tests.Lab;
using Portal.Tests.Registry.Verification;
using Portal.Tests.Support;

namespace Portal.Tests.Registry.Creation;

/// <summary>
/// The real portal without a configured Harbor, over a sandbox whose Heat makes the stack. The instance's part is played here, with what stands in its
/// user data: a certificate of its own, the first password encrypted for the key it was given, the signal to the address it was told.
/// </summary>
internal sealed partial class HarborWorld : IAsyncDisposable
{
    public const string Hostname = "harbor.site.test";

    /// <summary>What the sandbox's Harbor has for admin at first.</summary>
    public const string FirstPassword = "labpass";

    // The instance's forty minutes are eighty seconds then, so that a busy machine signals in time.
    private const double Slow = 30;

    private readonly ConnectProxy proxy;
    private readonly X509Certificate2 certificate;
    private readonly FrontProxy front;

    private HarborWorld(PortalHost host, ConnectProxy proxy, X509Certificate2 certificate, FrontProxy front, Scope administrator) =>
        (Host, this.proxy, this.certificate, this.front, Administrator) = (host, proxy, certificate, front, administrator);

    public PortalHost Host { get; }

    /// <summary>Gets an administrator in the platform's project.</summary>
    public Scope Administrator { get; }

    public Scope Member => Administrator with { Capabilities = [Capability.Read, Capability.Write] };

    public string Certificate => certificate.ExportCertificatePem();

    public IHarborRegistration Registration => Host.Get<IHarborRegistration>();

    public IPlanService Plans => Host.Get<IPlanService>();

    public Cloud Cloud => Cloud.Of(Host.Sandbox.Context);

    public string HarborUrl => Host.Sandbox.Context.Address("harbor");

    public static HarborSpec Spec => new() { Hostname = Hostname, Image = "fedora-coreos-38", Flavor = "m1.large", ExternalNetwork = "public", FloatingNetwork = "public", VolumeSize = 20 };

    public static async Task<HarborWorld> StartAsync(X509Certificate2? shown = null, double pace = Slow)
    {
        var proxy = ConnectProxy.Start();
        var host = await PortalHost.StartAsync(
            [.. InitialisationTests.FastOptions, "--Portal:Harbor:Url=", $"--Portal:Backends:Connections:harbor:Proxy={proxy.Url}"], new SandboxOptions { Pace = pace });
        var certificate = FrontProxy.NewCertificate(Hostname);
        var front = await FrontProxy.StartAsync(host.Sandbox.Context.Address("harbor"), shown ?? certificate);
        var harbor = host.Sandbox.Context.Address("harbor");
        front.Answer = headers => headers.WWWAuthenticate = headers.WWWAuthenticate.ToString().Replace(harbor, $"https://{Hostname}", StringComparison.Ordinal);
        proxy.Lead(new Uri($"https://{Hostname}"), new Uri(front.Url));
        var platform = await InitialisationTests.ScopeAsync(host);
        return new HarborWorld(host, proxy, certificate, front, platform with { UserName = "pavel", Capabilities = [Capability.Read, Capability.Write, Capability.Administer] });
    }

    public IProvisioningStep Step(string id) => ((IEnumerable<IProvisioningStep>)Host.Get(typeof(IEnumerable<IProvisioningStep>))).Single(s => s.Id == id);

    /// <summary>Gives the stacks of that name that are not gone.</summary>
    public IReadOnlyList<Stack> Stacks(string name = "harbor")
    {
        lock (Cloud.Gate)
        {
            return [.. Cloud.Stacks.Values.Where(s => s.Given is not null && s.Name == name && s is not { Action: "DELETE", State: "COMPLETE" })];
        }
    }

    /// <summary>Waits for the instance and signals in its place.</summary>
    public async Task SignalAsync(bool kept = false, string? failure = null, bool foreignKey = false)
    {
        var userData = await BootAsync();
        var key = foreignKey ? RSA.Create(3072).ExportSubjectPublicKeyInfoPem() : PublicKey().Match(userData).Value;
        var told = new JsonObject { ["kept"] = kept, ["certificate"] = Base64(Encoding.ASCII.GetBytes(Certificate + "\n")), ["password"] = kept ? "" : Base64(Encrypted(key)) };
        var body = new JsonObject { ["status"] = failure is null ? "SUCCESS" : "FAILURE", ["id"] = "harbor", ["reason"] = failure ?? "Harbor answers", ["data"] = failure is null ? Base64(Encoding.UTF8.GetBytes(told.ToJsonString())) : "" };
        var curl = Signal().Match(userData);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, curl.Groups[2].Value) { Content = JsonContent.Create(body), Headers = { { "X-Auth-Token", curl.Groups[1].Value } } };
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until the instance is there and gives its user data.</summary>
    public async Task<string> BootAsync()
    {
        await Eventually.TrueAsync(() => Task.FromResult(Stacks() is not [{ State: "FAILED" }] ? Stacks() is [{ } stack] && stack.Find("server") is { State: "COMPLETE" } && stack.Find("ready") is { State: "IN_PROGRESS" } : throw new InvalidOperationException(Stacks()[0].Reason)), "the instance has booted", within: TimeSpan.FromMinutes(2));
        return new GivenTemplate(Stacks()[0], Host.Sandbox.Context.Address("heat")).Property("server", "user_data")!.ToString();
    }

    public async Task<Plan> UntilAsync(Plan plan, params PlanState[] states)
    {
        var now = plan;
        await Eventually.TrueAsync(async () => Array.IndexOf(states, (now = (await Plans.FindAsync(Administrator, plan.Id, CancellationToken.None))!).State) >= 0, $"the plan is {string.Join(" or ", states)}", within: TimeSpan.FromMinutes(2));
        return now;
    }

    /// <summary>Creates a Harbor as an administrator does, to the end.</summary>
    public async Task<Plan> CreateAsync()
    {
        var plan = await Registration.CreateAsync(Administrator, Spec, CancellationToken.None);
        await SignalAsync();
        plan = await UntilAsync(plan, PlanState.Done, PlanState.Failed, PlanState.NeedsSomeone);
        Assert.True(plan.State is PlanState.Done, InitialisationTests.Explain(plan));
        return plan;
    }

    public async Task<bool> TakesAsync(string user, string password)
    {
        using var http = RunningHarbor.Http(HarborUrl, user, password);
        using var answer = await http.GetAsync("/api/v2.0/users/current");
        return answer.IsSuccessStatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await front.DisposeAsync();
        proxy.Dispose();
        certificate.Dispose();
    }

    private static byte[] Encrypted(string key)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key);
        return rsa.Encrypt(Encoding.UTF8.GetBytes(FirstPassword), RSAEncryptionPadding.OaepSHA256);
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);

    [GeneratedRegex("-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", RegexOptions.Singleline)]
    private static partial Regex PublicKey();

    [GeneratedRegex("X-Auth-Token: ([^']+)'.* (http\\S+/signal)")]
    private static partial Regex Signal();
}
