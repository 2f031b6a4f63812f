using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Hosting.Verification;

namespace Portal.Tests.Registry.Verification;

/// <summary><c>portal verify</c> as an operator runs it.</summary>
public sealed class VerifyCommandTests : IClassFixture<VerifiedHarbor>
{
    private readonly VerifiedHarbor harbor;
    private readonly StringWriter output = new(CultureInfo.InvariantCulture);
    private readonly StringWriter error = new(CultureInfo.InvariantCulture);

    public VerifyCommandTests(VerifiedHarbor harbor)
    {
        this.harbor = harbor;
        CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
    }

    [Fact]
    public async Task Sound_AccountFromTheEnvironment_IsATableAnd0()
    {
        var code = await RunAsync(["--harbor", harbor.Url + "/api/v2.0/"], new() { [VerifyAccount.UserVariable] = "admin", [VerifyAccount.PasswordVariable] = "labpass" });

        Assert.Equal((0, ""), (code, error.ToString()));
        Assert.Matches("(?m)^Pass +Private stays private +Its member sees the private project", output.ToString());
        Assert.Contains("The portal can work with this Harbor.", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("labpass", output.ToString(), StringComparison.Ordinal);
        Assert.Empty(await harbor.LeftAsync());
    }

    [Fact]
    public async Task WrongPassword_AccountFromTheInput_Is1_SaysWhatToDo_AndNeverRepeatsIt()
    {
        var code = await RunAsync(["--harbor", harbor.Url, "--read-only"], input: "admin\nWrong-Passw0rd-1\n");

        Assert.Equal(1, code);
        Assert.Contains("> Set the right password", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Wrong-Passw0rd-1", output.ToString() + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_IsOneDocument_WithCodesAndWords()
    {
        var code = await RunAsync(["--harbor=" + harbor.Url, "--read-only", "--json"], input: "admin\nlabpass\n");

        var report = JsonNode.Parse(output.ToString())!;
        Assert.Equal(0, code);
        Assert.True(report["passed"]!.GetValue<bool>());
        var version = report["checks"]!.AsArray().Single(c => c!["check"]!.GetValue<string>() == "version")!;
        Assert.Equal(("Pass", "version.ok", "GET /api/v2.0/systeminfo"), (version["outcome"]!.GetValue<string>(), version["code"]!.GetValue<string>(), version["asked"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("verify needs --harbor")]
    [InlineData("verify needs --harbor", "--harbor", "harbor.example.test")]
    [InlineData("The address must have no account in it", "--harbor", "https://admin:Secret-In-Url-1@harbor.example.test")]
    [InlineData("Argument 3 of verify is not known", "--harbor", "https://harbor.example.test", "--password=Secret-In-Url-1")]
    [InlineData("verify needs an account", "--harbor", "https://harbor.example.test")]
    [InlineData("The file of --ca-bundle cannot be read", "--harbor", "https://harbor.example.test", "--ca-bundle", "/no/such/file", "with-account")]
    public async Task CannotBegin_Is2_AndRepeatsNothing(string sentence, params string[] args)
    {
        var hasAccount = args is [.., "with-account"];

        var code = await RunAsync(hasAccount ? args[..^1] : args, input: hasAccount ? "admin\nlabpass\n" : "");

        Assert.Equal((2, ""), (code, output.ToString()));
        Assert.Contains(sentence, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Secret-In-Url-1", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_Is2_AndNothingIsLeft()
    {
        using var stop = new CancellationTokenSource();
        using var writer = new StoppingWriter(stop, "A robot account");

        var code = await VerifyCommand.RunAsync(["--harbor", harbor.Url], new VerifyAccount(new StringReader("admin\nlabpass\n"), error, IsTyped: false, _ => null), writer, stop.Token);

        Assert.Equal(2, code);
        Assert.StartsWith("Stopped.", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(await harbor.LeftAsync());
    }

    private Task<int> RunAsync(string[] args, Dictionary<string, string>? environment = null, string input = "") =>
        VerifyCommand.RunAsync(args, new VerifyAccount(new StringReader(input), error, IsTyped: false, name => environment?.GetValueOrDefault(name)), output, CancellationToken.None);

    private sealed class StoppingWriter(CancellationTokenSource stop, string at) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void WriteLine(string? value)
        {
            if (value?.Contains(at, StringComparison.Ordinal) == true)
            {
                stop.Cancel();
            }
        }
    }
}
