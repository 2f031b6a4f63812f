#if SANDBOX
using Portal.Hosting;
using Portal.Sandbox.Hosting;

namespace Portal.Development;

/// <summary>
/// The sandbox inside the portal's process, in Development and without a configured cloud. The portal learns its addresses
/// as configuration and nothing else. Not in release builds.
/// </summary>
internal sealed class EmbeddedSandbox : ICompanion
{
    private EmbeddedSandbox(SandboxHost host) => Host = host;

    /// <summary>Gets the running sandbox.</summary>
    public SandboxHost Host { get; }

    /// <summary>Starts it if this is Development and no cloud is configured.</summary>
    /// <exception cref="IOException">A port is in use; the message names the option.</exception>
    public static async Task<EmbeddedSandbox?> StartIfWantedAsync(WebApplicationBuilder builder, CancellationToken cancellationToken)
    {
        if (!builder.Environment.IsDevelopment() || builder.Configuration.GetSection("Portal:Clouds").Exists())
        {
            return null;
        }

        var options = new SandboxOptions { Data = Path.Combine(FoundationServices.StorageAt(builder).DataFolder, "sandbox") };
        options.Story = true;
        builder.Configuration.GetSection("Sandbox").Bind(options);
        var host = await SandboxHost.StartAsync(options, cancellationToken);
        var sandbox = SandboxConfiguration.Of(host.Context.Addresses, options.Password);
        if (Uri.TryCreate((builder.Configuration["urls"] ?? PortalProcess.DefaultUrl).Split(';')[0], UriKind.Absolute, out var own) && own is { Port: > 0, Scheme: "http" })
        {
            sandbox["Portal:Harbor:HookUrl"] = own.GetLeftPart(UriPartial.Authority);
        }

        builder.Configuration.AddInMemoryCollection(sandbox.Where(o => builder.Configuration[o.Key] is null));
        if (options.Story)
        {
            builder.Services.AddHostedService<DemoStory>();
        }

        return new EmbeddedSandbox(host);
    }

    /// <inheritdoc />
    public void Welcome(TextWriter output) => DemoWelcome.Write(output, Host.Context.Options.Password, Host.Context.Addresses);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
#endif
