using Portal.Core.Backends;
using Portal.Sandbox.Faults;
using Portal.Tests.Clusters;

namespace Portal.Tests.Backends;

/// <summary>What the sandbox's faults look like to a client that speaks to a real-shaped server with a real token.</summary>
public sealed class SandboxFaultsTests(SandboxWorld world) : IClassFixture<SandboxWorld>
{
    [Theory]
    [InlineData("status", 500, BackendFailure.Broken)]
    [InlineData("status", 429, BackendFailure.Throttled)]
    [InlineData("status", 401, BackendFailure.SignInAgain)]
    [InlineData("status", 403, BackendFailure.Forbidden)]
    [InlineData("html", 502, BackendFailure.Broken)]
    [InlineData("cut", 0, BackendFailure.Unreachable)]
    public async Task Fault_InForce_IsAFailureOfItsKind(string kind, int status, BackendFailure failure)
    {
        var scope = await world.EnterAsync("luca", "team-shop");
        var fault = new Fault { Service = "magnum", Kind = kind, Status = status, Path = "/v1/clustertemplates/[0-9a-f-]{36}$" };
        world.Host.Context.Faults.Add(fault);

        var e = await Assert.ThrowsAsync<BackendException>(() => world.Magnum.FindTemplateAsync(scope, Guid.NewGuid().ToString(), default));

        world.Host.Context.Faults.Remove(fault.Id);
        Assert.Equal((failure, "magnum"), (e.Failure, e.Backend));
    }

    [Theory]
    [InlineData("status", 500)]
    [InlineData("status", 401)]
    [InlineData("cut", 0)]
    [InlineData("slow", 0)]
    public async Task Fault_Once_IsGotOver(string kind, int status)
    {
        var scope = await world.EnterAsync("luca", "team-shop");
        var fault = new Fault { Service = "magnum", Kind = kind, Status = status, DelayMs = 300, Times = 1, Path = "/v1/clustertemplates/[0-9a-f-]{36}$" };
        world.Host.Context.Faults.Add(fault);

        Assert.Null(await world.Magnum.FindTemplateAsync(scope, Guid.NewGuid().ToString(), default));

        world.Host.Context.Faults.Remove(fault.Id);
    }
}
