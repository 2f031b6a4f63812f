namespace Portal.Hosting.Verification;

/// <summary>What <c>portal verify</c> was asked for. The account never stands there.</summary>
/// <param name="Url">Harbor's address.</param>
/// <param name="IsReadOnly">Whether nothing is made.</param>
/// <param name="IsJson">Whether the result is JSON.</param>
/// <param name="CaBundle">A PEM file with the authorities to believe, or null.</param>
internal sealed record VerifyArguments(string Url, bool IsReadOnly, bool IsJson, string? CaBundle)
{
    private const string Api = "/api/v2.0";

    /// <summary>Reads them.</summary>
    /// <exception cref="StartupException">They cannot be understood; no value is repeated, because one may be a password.</exception>
    public static VerifyArguments Read(IReadOnlyList<string> args)
    {
        var read = new VerifyArguments("", false, false, null);
        for (var i = 0; i < args.Count; i++)
        {
            read = args[i] switch
            {
                "--harbor" when i + 1 < args.Count => read with { Url = args[++i] },
                "--ca-bundle" when i + 1 < args.Count => read with { CaBundle = args[++i] },
                "--read-only" => read with { IsReadOnly = true },
                "--json" => read with { IsJson = true },
                _ when args[i].StartsWith("--harbor=", StringComparison.Ordinal) => read with { Url = args[i]["--harbor=".Length..] },
                _ => throw new StartupException($"Argument {i + 1} of verify is not known."),
            };
        }

        return read with { Url = Checked(read.Url) };
    }

    private static string Checked(string text)
    {
        var trimmed = text.TrimEnd('/');
        trimmed = trimmed.EndsWith(Api, StringComparison.Ordinal) ? trimmed[..^Api.Length] : trimmed;
        if (!Uri.TryCreate(trimmed, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query.Length > 0)
        {
            throw new StartupException("verify needs --harbor with Harbor's http or https address.");
        }

        return url.UserInfo.Length == 0 ? trimmed : throw new StartupException($"The address must have no account in it: set {VerifyAccount.UserVariable} and {VerifyAccount.PasswordVariable}, or give them when asked.");
    }
}
