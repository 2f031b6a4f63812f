using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Portal.Tests.Support;

public sealed class SandboxTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task Clock_Advanced_IsAheadBySeconds()
    {
        using var http = new HttpClient();
        var before = sandbox.Host.Context.Clock.Offset;

        using var response = await http.PostAsJsonAsync(sandbox.Address("control") + "/clock/advance", new JsonObject { ["seconds"] = 30 });

        response.EnsureSuccessStatusCode();
        Assert.Equal(TimeSpan.FromSeconds(30), sandbox.Host.Context.Clock.Offset - before);
    }
}
