namespace Portal.Security;

/// <summary>How the portal protects browsers and itself. Bound from the section <see cref="Section"/>.</summary>
internal sealed class SecurityOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Security";

    /// <summary>Gets the origins whose pages may frame the portal (Horizon's), such as <c>https://horizon.example</c>. When there is one, cookies are <c>SameSite=None; Partitioned</c>.</summary>
    public List<string> AllowedFrameAncestors { get; } = [];

    /// <summary>Gets further origins that browsers may know the portal by; the host of the request itself always counts.</summary>
    public List<string> AllowedOrigins { get; } = [];

    /// <summary>Gets networks of reverse proxies (<c>10.0.0.0/8</c>) whose <c>X-Forwarded-*</c> headers are believed.</summary>
    public List<string> TrustedProxies { get; } = [];

    /// <summary>Gets or sets how many requests a signed-in person (or an address that is not signed in) may make in a minute; pages, not messages of an open one.</summary>
    public int RequestsPerMinute { get; set; } = 1200;
}

/// <summary>Says what is wrong with the security options.</summary>
internal static class SecurityOptionsCheck
{
    /// <summary>Gives one sentence for each thing.</summary>
    public static IEnumerable<string> Failures(SecurityOptions options) =>
        Origins("AllowedFrameAncestors", options.AllowedFrameAncestors)
            .Concat(Origins("AllowedOrigins", options.AllowedOrigins))
            .Concat(options.TrustedProxies
                .Where(p => !System.Net.IPNetwork.TryParse(p, out _))
                .Select(p => $"Portal:Security:TrustedProxies must be networks such as 10.0.0.0/8; one is '{p}'."))
            .Concat(options.RequestsPerMinute > 0 ? [] : ["Portal:Security:RequestsPerMinute must be more than zero."]);

    private static IEnumerable<string> Origins(string name, IEnumerable<string> origins) => origins
        .Where(o => !Uri.TryCreate(o, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.GetLeftPart(UriPartial.Authority) != o)
        .Select(o => $"Portal:Security:{name} must be origins such as https://horizon.example, without a path; one is '{o}'.");
}
