using System.Globalization;
using System.Resources;

namespace Portal.Tests.Browser;

/// <summary>Texts whose key is made of a code.</summary>
internal static class Words
{
    /// <summary>Gives the text; a key that is not there fails the test.</summary>
    public static string Of(ResourceManager texts, string key) =>
        texts.GetString(key, CultureInfo.InvariantCulture) ?? throw new InvalidOperationException($"No text {key} in {texts.BaseName}.");
}
