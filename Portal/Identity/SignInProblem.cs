using Portal.Core.Backends;

namespace Portal.Identity;

/// <summary>Why a person could not sign in; each has a page of words.</summary>
internal enum SignInProblem
{
    /// <summary>The identity provider does not answer.</summary>
    ProviderDown,

    /// <summary>The identity provider sent an error back, or the answer did not belong to this browser.</summary>
    ProviderRefused,

    /// <summary>Keystone does not answer.</summary>
    KeystoneDown,

    /// <summary>Keystone wants a token made for it, and this one was made for somebody else.</summary>
    WrongAudience,

    /// <summary>Keystone does not believe the token, or its time is over.</summary>
    TokenRefused,

    /// <summary>No mapping rule of Keystone fits this person.</summary>
    NoMapping,

    /// <summary>Keystone does not know the identity provider that the portal is set to.</summary>
    NotConfigured,

    /// <summary>The session has ended.</summary>
    SessionEnded,
}

/// <summary>Tells the problems apart.</summary>
internal static class SignInProblems
{
    /// <summary>Gives the problem behind a failed exchange.</summary>
    public static SignInProblem Of(BackendException e) => e.Failure switch
    {
        BackendFailure.Forbidden when e.IsPage => SignInProblem.WrongAudience,
        BackendFailure.Forbidden => SignInProblem.NoMapping,
        BackendFailure.SignInAgain => SignInProblem.TokenRefused,
        BackendFailure.NotFound => SignInProblem.NotConfigured,
        _ => SignInProblem.KeystoneDown,
    };

    /// <summary>Gives the address of the page that says it.</summary>
    public static string Page(SignInProblem problem, string? returnUrl = null) =>
        $"/sign-in/problem?reason={problem}{(returnUrl is null ? "" : $"&returnUrl={Uri.EscapeDataString(returnUrl)}")}";
}
