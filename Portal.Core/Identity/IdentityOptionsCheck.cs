namespace Portal.Core.Identity;

/// <summary>Says in one sentence each what is wrong with the clouds; names the option.</summary>
public static class IdentityOptionsCheck
{
    /// <summary>Gives one sentence for each thing.</summary>
    public static IEnumerable<string> Failures(IdentityOptions options)
    {
        if (options.Clouds.Count == 0)
        {
            yield return "Portal:Clouds:<name>:KeystoneUrl is not set; the portal needs at least one cloud.";
        }

        if (options.Session.Idle <= TimeSpan.Zero)
        {
            yield return "Portal:Session:Idle must be longer than zero.";
        }

        if (options.Session.Absolute < options.Session.Idle)
        {
            yield return "Portal:Session:Absolute must not be shorter than Portal:Session:Idle.";
        }

        foreach (var failure in options.Clouds.SelectMany(c => Failures($"Portal:Clouds:{c.Key}", c.Value)))
        {
            yield return failure;
        }
    }

    private static IEnumerable<string> Failures(string at, CloudOptions cloud)
    {
        if (!Uri.TryCreate(cloud.KeystoneUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return $"{at}:KeystoneUrl must be an http or https URL; it is {Shown(cloud.KeystoneUrl)}.";
        }

        if (string.IsNullOrWhiteSpace(cloud.IdentityProvider))
        {
            yield return $"{at}:IdentityProvider is not set; it is the id of the identity provider in Keystone.";
        }

        if (cloud.Interface is not ("public" or "internal" or "admin"))
        {
            yield return $"{at}:Interface must be public, internal or admin; it is {Shown(cloud.Interface)}.";
        }

        foreach (var failure in Failures($"{at}:ServiceUser", cloud.ServiceUser))
        {
            yield return failure;
        }
    }

    private static IEnumerable<string> Failures(string at, ServiceUserOptions user)
    {
        if (string.IsNullOrWhiteSpace(user.Name))
        {
            yield return $"{at}:Name is not set; background work needs a user of its own.";
        }

        if (user.Password is not null && user.PasswordFile is not null)
        {
            yield return $"{at}:Password and {at}:PasswordFile are both set; set one of them.";
        }
        else if (user.PasswordFile is { } file && !File.Exists(file))
        {
            yield return $"{at}:PasswordFile names a file that is not there: {file}.";
        }
        else if (user.Password is null && user.PasswordFile is null)
        {
            yield return $"{at}:PasswordFile is not set (nor {at}:Password).";
        }

        if (string.IsNullOrWhiteSpace(user.Project))
        {
            yield return $"{at}:Project is not set; cloud-wide listings are made in a project of the service user.";
        }
    }

    private static string Shown(string? value) => string.IsNullOrEmpty(value) ? "empty" : $"'{value}'";
}
