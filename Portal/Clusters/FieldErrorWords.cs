using System.Globalization;
using Portal.Core.Clusters;
using Portal.Shared;

namespace Portal.Clusters;

/// <summary>Says what is to be corrected in a field, and how: a text per code (FieldErrorText.resx).</summary>
public static class FieldErrorWords
{
    /// <summary>Gives the sentence; an unknown code is told with the backend's own words.</summary>
    public static string Tell(FieldError error)
    {
        var text = FieldErrorText.ResourceManager.GetString(error.Code, CultureInfo.CurrentUICulture)
            ?? error.Arguments.GetValueOrDefault("message")
            ?? Sentence.With(SharedText.UnknownReason, ("code", error.Code));
        return Sentence.With(text, [.. error.Arguments.Select(a => (a.Key, (object?)(a.Key == "resource" ? RoomWords.Name(a.Value) : a.Value)))]);
    }
}
