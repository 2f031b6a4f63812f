using System.Text.RegularExpressions;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Registry.Verification;
using Portal.Mapping.Connection;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Registry.Verification;

/// <summary>The connection test in the console, and its words.</summary>
public sealed partial class ConnectionPageTests : BunitContext
{
    private readonly FakeTest _test = new();
    private readonly FakeScopes _scopes = new() { Capabilities = [Capability.Read, Capability.Write, Capability.Administer] };

    public ConnectionPageTests()
    {
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IConnectionTest>(_test);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Test_ShowsEachResultAsItComes_AndTheSumAtTheEnd()
    {
        var page = Open();
        Assert.Equal("Nothing has been tested yet", page.Find(".em h2").TextContent);

        page.FindAll(".head button").Single(b => b.TextContent == "Run the full test").Click();
        page.WaitForAssertion(() => Assert.Equal("Reachable", page.Find("tbody tr b").TextContent));
        Assert.All(page.FindAll(".head button"), b => Assert.True(b.HasAttribute("disabled")));

        _test.End.SetResult();
        page.WaitForAssertion(() => Assert.Equal("One check failed.", page.Find(".note b").TextContent));
        Assert.Equal(["reachable", "read-only"], page.FindAll("tbody tr").Select(r => r.GetAttribute("data-check")));
        Assert.Contains("Switch it off in Harbor", page.FindAll("tbody tr")[1].TextContent, StringComparison.Ordinal);
        Assert.Equal(["full"], _test.Asked);
    }

    [Fact]
    public void OnlyLook_MakesNothing()
    {
        var page = Open();
        _test.End.SetResult();

        page.FindAll(".head button").Single(b => b.TextContent == "Only look").Click();

        page.WaitForAssertion(() => Assert.Equal(["read-only"], _test.Asked));
    }

    [Fact]
    public void NoHarbor_SaysSo()
    {
        _test.Failure = new BackendException("harbor", "test the connection", BackendFailure.Unreachable, "no Harbor is configured (Portal:Harbor:Url)");
        var page = Open();

        page.FindAll(".head button")[1].Click();

        page.WaitForAssertion(() => Assert.Equal("The connection cannot be tested.", page.Find(".note b").TextContent));
        Assert.Empty(page.FindAll("table"));
    }

    [Fact]
    public void Member_IsToldThatItIsThePlatformTeams()
    {
        _scopes.Capabilities = [Capability.Read, Capability.Write];
        var page = Open();

        Assert.Equal("The connection cannot be tested.", page.Find(".note b").TextContent);
        Assert.Empty(page.FindAll("button.btn"));
    }

    [Fact]
    public void Leaving_StopsTheTest()
    {
        var page = Open();
        page.FindAll(".head button")[1].Click();
        page.WaitForAssertion(() => Assert.Single(_test.Asked));

        page.Instance.Dispose();

        Assert.True(_test.Token.IsCancellationRequested);
    }

    [Fact]
    public void Codes_OfEveryCheck_HaveASentence_AndWhatIsNotGoodSaysWhatToDo()
    {
        var texts = ConnectionText.ResourceManager;
        var sources = Directory.GetFiles(Path.Combine(RepositoryPaths.Root, "Portal.Core", "Registry", "Verification"), "*.cs").Select(File.ReadAllText).ToList();
        var codes = sources.SelectMany(s => Code().Matches(s).Select(m => m.Groups[1].Value)).Where(c => CheckNames.All.Contains(c.Split('.')[0]) || c.StartsWith("call.", StringComparison.Ordinal) || c.StartsWith("not-checked.", StringComparison.Ordinal)).Distinct().ToList();

        Assert.InRange(codes.Count, 80, 200);
        Assert.All(codes, c => Assert.NotNull(texts.GetString(c, null)));
        Assert.All(CheckNames.All, c => Assert.NotNull(texts.GetString("Check." + c, null)));
        string[] bad = [".page", ".timeout", ".refused", ".slow", ".missing", ".silent", ".left", ".found", ".on", ".decoded", ".encoded", ".other", ".empty", ".plain", ".ended", ".untrusted", ".sick", ".robot", ".ignored"];
        Assert.All(codes.Where(c => bad.Any(b => c.EndsWith(b, StringComparison.Ordinal))), c => Assert.True(texts.GetString("Do." + c, null) is not null, c));
    }

    private IRenderedComponent<ConnectionPage> Open() => Render<ConnectionPage>(p => p.Add(m => m.ProjectId, "p1").AddCascadingValue(_scopes.Scope));

    [GeneratedRegex("\"([a-z-]+\\.[a-z-]+)\"")]
    private static partial Regex Code();

    private sealed class FakeTest : IConnectionTest
    {
        public TaskCompletionSource End { get; } = new();

        public List<string> Asked { get; } = [];

        public Exception? Failure { get; set; }

        public CancellationToken Token { get; private set; }

        public async Task<VerificationReport> RunAsync(Scope scope, bool readOnly, Action<CheckResult> told, CancellationToken cancellationToken)
        {
            Asked.Add(readOnly ? "read-only" : "full");
            Token = cancellationToken;
            if (Failure is not null)
            {
                throw Failure;
            }

            CheckResult[] results = [new("reachable", CheckOutcome.Pass, "reachable.ok", "GET /api/v2.0/systeminfo"), new("read-only", CheckOutcome.Failed, "read-only.on", null)];
            told(results[0]);
            await End.Task.WaitAsync(cancellationToken);
            told(results[1]);
            return new VerificationReport("https://harbor.example.test", DateTimeOffset.UtcNow, [.. results]);
        }
    }
}
