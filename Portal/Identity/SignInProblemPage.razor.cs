using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace Portal.Identity;

/// <summary>Says in words why nobody is signed in, who can mend it, and how to try again.</summary>
public sealed partial class SignInProblemPage
{
    /// <summary>Gets or sets the <see cref="SignInProblem"/>'s name.</summary>
    [SupplyParameterFromQuery(Name = "reason")]
    public string? Reason { get; set; }

    /// <summary>Gets or sets where the person wanted to go.</summary>
    [SupplyParameterFromQuery(Name = "returnUrl")]
    public string? Wanted { get; set; }

    private SignInProblem Problem => Enum.TryParse<SignInProblem>(Reason, out var problem) && Enum.IsDefined(problem) ? problem : SignInProblem.SessionEnded;

    private string Headline => Text("Headline");

    private string Detail => Text("Detail");

    private string WhoActs => Text("Who");

    private string Again => $"/sign-in?returnUrl={Uri.EscapeDataString(ReturnUrl.Local(Wanted))}";

    private string Text(string part) => IdentityText.ResourceManager.GetString($"{Problem}{part}", CultureInfo.CurrentUICulture) ?? "";
}
