using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Explanations;

/// <summary>One known cause: how backends word it (or what is seen of it), and who has to act.</summary>
/// <param name="Id">Stable id; the sentence is the text <c>cluster.why.ID</c>, the action <c>cluster.do.ID</c>.</param>
/// <param name="Actor">Who has to act.</param>
/// <param name="Confidence">How sure it is.</param>
/// <param name="Source">Where its evidence comes from, in words for the docs.</param>
internal sealed record ExplanationRule(string Id, Actor Actor, Confidence Confidence, string Source)
{
    /// <summary>Gets the wordings that mean it; none for a rule that goes by facts (<see cref="FactRules"/>, <see cref="Refinements"/>).</summary>
    public ImmutableArray<Phrase> Phrases { get; init; } = [];

    /// <summary>Gives the explanation when a text is of this cause.</summary>
    public Explanation? Explain(BareText text)
    {
        foreach (var phrase in Phrases)
        {
            if (phrase.Match(text) is { } arguments)
            {
                return Tell(arguments, text.Text, text.Resource);
            }
        }

        return null;
    }

    /// <summary>Makes the explanation.</summary>
    public Explanation Tell((string Name, string Value)[] arguments, string evidence, StackResource? resource) =>
        new(Id, Reason.Of("cluster.why." + Id, arguments), Actor, evidence, resource) { Confidence = Confidence };
}

/// <summary>A text as a backend gave it.</summary>
/// <param name="Source">Which backend.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Text">The text.</param>
/// <param name="Resource">The Heat resource that tells it, or null.</param>
/// <param name="At">When (UTC), or null.</param>
internal sealed record BareText(string Source, string Subject, string Text, StackResource? Resource, DateTimeOffset? At);

/// <summary>One wording of a cause.</summary>
/// <param name="Pattern">Finds it; its named groups are the reason's arguments.</param>
/// <param name="ResourceType">The resource types that it is about, or null for any. Magnum's templates have names of their own for most types.</param>
internal sealed record Phrase(Regex Pattern, Regex? ResourceType)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    public static Phrase Of(string pattern, string? resourceType = null) => new(
        new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline, Patience),
        resourceType is null ? null : new Regex(resourceType, RegexOptions.CultureInvariant, Patience));

    /// <summary>Gives the arguments, or null when the text is of something else.</summary>
    public (string Name, string Value)[]? Match(BareText text)
    {
        if (ResourceType?.IsMatch(text.Resource?.Type ?? "") == false)
        {
            return null;
        }

        var match = Pattern.Match(text.Text);
        return match.Success
            ? [.. Pattern.GetGroupNames().Where(name => !char.IsAsciiDigit(name[0])).Select(name => (name, match.Groups[name].Value.Trim().TrimEnd('.')))]
            : null;
    }
}
