namespace Portal.Hosting;

/// <summary>What runs in the portal's process beside it and ends with it: in Development, the sandbox.</summary>
internal interface ICompanion : IAsyncDisposable
{
    /// <summary>Says who can sign in and what there is to try.</summary>
    void Welcome(TextWriter output);
}
