using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portal.Core.Clusters;

namespace Portal.Core.Registry.Creation;

/// <summary>Says what is to be corrected in an <see cref="ExistingHarbor"/> before it is asked.</summary>
public static class ExistingHarborRules
{
    /// <summary>Checks the fields.</summary>
    public static ImmutableArray<FieldError> Check(ExistingHarbor harbor)
    {
        var errors = ImmutableArray.CreateBuilder<FieldError>();
        if (!Uri.TryCreate(harbor.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.AbsolutePath != "/")
        {
            errors.Add(FieldError.Of(nameof(ExistingHarbor.Url), "harbor-url"));
        }

        if (harbor.UserName.Length == 0 || harbor.UserName.Contains(':', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Of(nameof(ExistingHarbor.UserName), "harbor-user-name"));
        }

        if (harbor.Password.Length == 0)
        {
            errors.Add(FieldError.Of(nameof(ExistingHarbor.Password), "harbor-password-missing"));
        }

        if (harbor.Authority is { } pem && !IsCertificate(pem))
        {
            errors.Add(FieldError.Of(nameof(ExistingHarbor.Authority), "harbor-authority"));
        }

        return errors.ToImmutable();
    }

    private static bool IsCertificate(string pem)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(pem);
            return all.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
