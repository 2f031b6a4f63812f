namespace Portal.Hosting;

/// <summary>
/// Scripts and style sheets are compressed as they are sent where no compressed file lies beside them: a build that is not
/// published has none for a package's files under the names that pages ask for. Nothing else is: pages hold secrets of people.
/// </summary>
internal static class AssetCompression
{
    public static void AddAssetCompression(this IServiceCollection services) => services.AddResponseCompression(options =>
    {
        options.EnableForHttps = true;
        options.MimeTypes = ["text/css", "text/javascript"];
    });

    public static void UseAssetCompression(this WebApplication app) => app.UseResponseCompression();
}
