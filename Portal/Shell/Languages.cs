using System.Globalization;
using Microsoft.AspNetCore.Localization;
using Microsoft.Net.Http.Headers;

namespace Portal.Shell;

/// <summary>A language that every text is there in.</summary>
/// <param name="Code">Culture, value of the cookie, and <c>lang</c> of the document.</param>
/// <param name="Name">Its own name.</param>
public sealed record Language(string Code, string Name);

/// <summary>
/// Which language a person reads: what they chose (a cookie, written by wwwroot-assets/src/ts/language.ts), else the first of
/// the browser's own that is there, else English. A circuit takes the language of the request that opened it.
/// </summary>
public static class Languages
{
    /// <summary>Name of the cookie.</summary>
    public const string Cookie = "portal-language";

    private const string English = "en";
    private const string Chinese = "zh-Hans";

    /// <summary>Gets the languages.</summary>
    public static IReadOnlyList<Language> All { get; } = [new(English, "English"), new(Chinese, "简体中文")];

    /// <summary>Gets the language of the page that is being made.</summary>
    public static string Current => All.FirstOrDefault(l => l.Code == CultureInfo.CurrentUICulture.Name)?.Code ?? English;

    /// <summary>Makes every request, and the circuits that begin with one, speak the person's language.</summary>
    public static void UseLanguages(this IApplicationBuilder app) => app.UseRequestLocalization(options =>
    {
        var codes = All.Select(l => l.Code).ToArray();
        options.SetDefaultCulture(English).AddSupportedCultures(codes).AddSupportedUICultures(codes);
        options.RequestCultureProviders = [new CustomRequestCultureProvider(http => Task.FromResult<ProviderCultureResult?>(new(Of(http.Request))))];
    });

    private static string Of(HttpRequest request)
    {
        if (All.FirstOrDefault(l => l.Code == request.Cookies[Cookie]) is { } chosen)
        {
            return chosen.Code;
        }

        var wanted = request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1);
        return wanted.Select(Match).FirstOrDefault(code => code is not null) ?? English;
    }

    private static string? Match(StringWithQualityHeaderValue wanted) => wanted.Value.Value?.ToLowerInvariant() switch
    {
        null => null,
        "en" => English,
        "zh" or "zh-cn" or "zh-sg" or "zh-my" => Chinese,
        var name when name.StartsWith("en-", StringComparison.Ordinal) => English,
        var name when name.StartsWith("zh-hans", StringComparison.Ordinal) => Chinese,
        _ => null,
    };
}
