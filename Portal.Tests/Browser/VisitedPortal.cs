using System.Text.RegularExpressions;

namespace Portal.Tests.Browser;

/// <summary>What a visit has to know of the portal it goes to.</summary>
/// <param name="Url">Base address.</param>
/// <param name="Password">Password of everybody at its provider.</param>
/// <param name="SignInPage">Finds the address of the provider's sign-in page.</param>
internal sealed record VisitedPortal(string Url, string Password, Regex SignInPage);
