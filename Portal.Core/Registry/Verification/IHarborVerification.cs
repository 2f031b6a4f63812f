using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Verification;

/// <summary>Which Harbor is looked at, and as whom.</summary>
/// <param name="Url">Its address, without <c>/api/v2.0</c>.</param>
/// <param name="Login">The account that the portal would use.</param>
public sealed record HarborTarget(string Url, HarborLogin Login)
{
    /// <summary>Gets the certificates (PEM) that are believed for it alone, or null for the configured ones.</summary>
    public string? Authority { get; init; }

    /// <summary>Gets whether nothing is made: what cannot be known without making something is not checked.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Gets the storage limit that the project of the run gets, in bytes.</summary>
    public long StorageLimit { get; init; } = 1L << 30;
}

/// <summary>Finds out whether the portal can work with a Harbor, and what is missing. What it makes has a random name and is taken away again.</summary>
public interface IHarborVerification
{
    /// <summary>Runs every check; a Harbor that fails is a result, not an exception.</summary>
    /// <param name="target">Which Harbor.</param>
    /// <param name="told">Is told each result as it comes.</param>
    /// <param name="cancellationToken">Stops it; what was made is still taken away before the exception comes.</param>
    Task<VerificationReport> RunAsync(HarborTarget target, Action<CheckResult> told, CancellationToken cancellationToken);
}

/// <summary>The same for the Harbor that the portal works with, for administrators of the platform.</summary>
public interface IConnectionTest
{
    /// <summary>Runs every check; needs <see cref="Capability.Administer"/>, is audited, one at a time.</summary>
    /// <exception cref="ForbiddenException">Not an administrator.</exception>
    /// <exception cref="BackendException">No Harbor is configured, or a test runs already.</exception>
    Task<VerificationReport> RunAsync(Scope scope, bool readOnly, Action<CheckResult> told, CancellationToken cancellationToken);
}
