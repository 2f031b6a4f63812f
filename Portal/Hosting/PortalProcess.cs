using Microsoft.AspNetCore.Connections;
using Portal.Core.Storage;
using Portal.Hosting.Verification;
#if SANDBOX
using Portal.Development;
#endif

namespace Portal.Hosting;

/// <summary>The life of the portal's process, from the arguments to the exit code.</summary>
internal static class PortalProcess
{
    /// <summary>Where the portal listens unless <c>--urls</c> or the environment says otherwise.</summary>
    public const string DefaultUrl = "http://localhost:5200";

    private const int CannotStart = 2;

    /// <summary>Runs until it is told to stop, or with <c>verify</c> the checks of a Harbor alone. 0 = ended as asked, 2 = could not start (sentences on the error stream).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["verify", .. var asked])
        {
            return await VerifyCommand.RunAsync(asked);
        }

        try
        {
            await using var portal = await StartAsync(args, CancellationToken.None);
            portal.Welcome(Console.Out);
            await portal.App.WaitForShutdownAsync();
            return 0;
        }
        catch (StartupException e)
        {
            foreach (var reason in e.Reasons)
            {
                await Console.Error.WriteLineAsync(reason);
            }

            return CannotStart;
        }
    }

    /// <summary>Starts the portal; in Development without a cloud, the sandbox with it.</summary>
    /// <param name="args">Arguments of the process: options as <c>--Portal:Oidc:Authority=…</c>.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <param name="configure">Changes services before the portal is built; for tests.</param>
    /// <exception cref="StartupException">It cannot start.</exception>
    public static async Task<RunningPortal> StartAsync(string[] args, CancellationToken cancellationToken, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = CreateBuilder(args);
        var isRunning = false;
        QuietWhileStarting(builder.Logging, () => isRunning);
        ICompanion? sandbox = null;
        WebApplication? app = null;
        DataFolderLock? folder = null;
        try
        {
            folder = DataFolderLock.Take(builder);
#if SANDBOX
            sandbox = await EmbeddedSandbox.StartIfWantedAsync(builder, cancellationToken);
#endif
            OptionCheck.Run(builder.Configuration);
            Program.AddFeatures(builder);
            configure?.Invoke(builder);
            app = builder.Build();
            OptionCheck.Validate(app.Services);
            Program.MapFeatures(app);
            await app.StartAsync(cancellationToken);
            isRunning = true;
            return new RunningPortal(app, sandbox, folder);
        }
        catch (Exception e)
        {
            await RunningPortal.EndAsync(app, sandbox, folder);
            if (Sentence(e, builder) is { } sentence)
            {
                throw new StartupException(sentence);
            }

            throw;
        }
    }

    private static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null && builder.Configuration["https_ports"] is null)
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        // In Development the framework would send style sheets uncompressed, half a megabyte more, to reload them as they are edited.
        builder.Configuration["ReloadStaticAssetsAtRuntime"] ??= "false";
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        return builder;
    }

    /// <summary>The framework prints the stack of a failed start as an error; the portal says it in a sentence. Whatever a background service dies of is critical, and printed.</summary>
    private static void QuietWhileStarting(ILoggingBuilder logging, Func<bool> isRunning) =>
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= (isRunning() ? LogLevel.Warning : LogLevel.Critical));

    private static string? Sentence(Exception e, WebApplicationBuilder builder) => e switch
    {
        StorageException => e.Message,
        IOException { InnerException: AddressInUseException } => $"The portal cannot listen on {Urls(builder)}: the address is in use. Set --urls to a free one.",
        IOException when e.Message.StartsWith("Failed to bind", StringComparison.Ordinal) => $"The portal cannot listen on {Urls(builder)}. Set --urls to an address of this machine.",
        System.Net.Sockets.SocketException => $"The portal cannot listen on {Urls(builder)}: {e.Message}. Set --urls to another one.",
        IOException when e.Message.Contains("Sandbox:", StringComparison.Ordinal) => e.Message,
        UriFormatException or FormatException => $"The address {Urls(builder)} is not one that the portal can listen on: {e.Message} Set --urls to one such as {DefaultUrl}.",
        _ => null,
    };

    private static string Urls(WebApplicationBuilder builder) => builder.Configuration["urls"] ?? DefaultUrl;
}
