namespace Portal.Sandbox.Heat.Given;

/// <summary>What a stack was made of whose template somebody gave, and what its instances have signalled since.</summary>
internal sealed class GivenStack
{
    public required string Template { get; init; }

    public Dictionary<string, string> Files { get; init; } = [];

    public List<string> Tags { get; init; } = [];

    /// <summary>Gets the token that ends its waits and can do nothing else.</summary>
    public required string Token { get; init; }

    public List<GivenSignal> Signals { get; init; } = [];
}

/// <summary>One signal of an instance.</summary>
internal sealed record GivenSignal(string Handle, string Id, string Status, string Reason, string Data);
