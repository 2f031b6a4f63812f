using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Storage;

public sealed class StorageServicesTests
{
    [Fact]
    public async Task Host_InDevelopment_MakesItsKeyOnceAndKeepsDocuments()
    {
        using var folder = new TemporaryFolder();
        string secret;
        using (var host = await StartAsync(folder, "Development"))
        {
            secret = host.Services.GetRequiredService<ISecretProtector>().Protect("p", "kept");
            await host.Services.GetRequiredService<IDocumentStore>().PutAsync(Note.Type, "1", new Note { Text = secret }, 0, default);
            await host.StopAsync();
        }

        using var again = await StartAsync(folder, "Development");
        var note = await again.Services.GetRequiredService<IDocumentStore>().FindAsync(Note.Type, "1", default);
        Assert.Equal("kept", again.Services.GetRequiredService<ISecretProtector>().Unprotect("p", note!.Value.Text));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("data/master.key")));
        }

        await again.StopAsync();
    }

    [Fact]
    public async Task Host_InProductionWithoutKey_DoesNotStart()
    {
        using var folder = new TemporaryFolder();

        var e = await Assert.ThrowsAsync<StorageException>(() => StartAsync(folder, "Production"));
        Assert.Equal("No master key: set option Portal:MasterKey:File (outside the data folder) or Portal:MasterKey:Keys.", e.Message);
    }

    [Fact]
    public async Task Host_WithKeyFromTheEnvironment_Starts()
    {
        using var folder = new TemporaryFolder();
        using var host = await StartAsync(folder, "Production", ("Portal:MasterKey:Keys", $"k:{Convert.ToBase64String(new byte[32])}"));

        Assert.StartsWith("pse1.k.", host.Services.GetRequiredService<ISecretProtector>().Protect("p", "s"), StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("Portal:Storage:Kind", "Oracle", "section Portal:Storage")]
    [InlineData("Portal:Storage:Kind", "PostgreSql", "Portal:Storage:ConnectionString")]
    [InlineData("Portal:Storage:DataFolder", " ", "Portal:Storage:DataFolder")]
    [InlineData("Portal:MasterKey:Keys", "x", "Portal:MasterKey:Keys")]
    [InlineData("Portal:MasterKey:File", "/nonexistent/folder/file", "Portal:MasterKey:File")]
    public async Task Host_WithABadOption_DoesNotStartAndNamesIt(string option, string value, string named)
    {
        using var folder = new TemporaryFolder();

        var e = await Assert.ThrowsAsync<StorageException>(() => StartAsync(folder, "Production", (option, value)));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_BesideItsDocuments_IsRefusedInProduction()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("my.key"), $"a:{Convert.ToBase64String(new byte[32])}");
        MasterKeySource Source(bool development) =>
            new(new MasterKeyOptions { File = folder.File("my.key") }, new StorageOptions { DataFolder = folder.Path }, development, NullLogger<MasterKeySource>.Instance);

        Assert.Contains("must not lie in the data folder", Assert.Throws<StorageException>(() => Source(false).Load()).Message, StringComparison.Ordinal);
        Assert.Equal("a", Source(true).Load().Active);
    }

    private static async Task<IHost> StartAsync(TemporaryFolder folder, string environment, params (string Option, string Value)[] options)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection([new("Portal:Storage:DataFolder", folder.File("data"))]);
        builder.Configuration.AddInMemoryCollection(options.Select(o => KeyValuePair.Create(o.Option, (string?)o.Value)));
        builder.Services.AddStorage(builder.Configuration, builder.Environment);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
