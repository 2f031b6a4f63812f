namespace Portal.Hosting;

/// <summary>The portal cannot start. Each reason is one sentence that names the option to change.</summary>
internal sealed class StartupException(params IReadOnlyList<string> reasons) : Exception(string.Join(Environment.NewLine, reasons))
{
    /// <summary>Gets the reasons.</summary>
    public IReadOnlyList<string> Reasons { get; } = reasons;
}
