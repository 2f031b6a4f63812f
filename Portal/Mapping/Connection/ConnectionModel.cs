using Portal.Core.Backends;
using Portal.Core.Registry.Verification;
using Portal.Shared;

namespace Portal.Mapping.Connection;

/// <summary>A test of the connection, as it runs and when it has ended.</summary>
public sealed class ConnectionModel(IConnectionTest test, Scope scope)
{
    private readonly Lock gate = new();
    private readonly List<CheckResult> told = [];

    /// <summary>Gets the report of the last test, or why there was none.</summary>
    public Loadable<VerificationReport> Report { get; } = new();

    /// <summary>Gets whether a test runs.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Gets whether the person may test.</summary>
    public bool MayTest => scope.Can(Capability.Administer);

    /// <summary>Gets the results so far, or all of the last test.</summary>
    public IReadOnlyList<CheckResult> Checks
    {
        get
        {
            if (!IsRunning && Report is { Failure: null, Value: { } report })
            {
                return report.Checks;
            }

            lock (gate)
            {
                return [.. told];
            }
        }
    }

    /// <summary>Runs a test; <paramref name="changed"/> is told of each result.</summary>
    public async Task RunAsync(bool readOnly, Action changed, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            told.Clear();
        }

        IsRunning = true;
        try
        {
            await Report.LoadAsync(async () => await test.RunAsync(scope, readOnly, Told, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        finally
        {
            IsRunning = false;
        }

        void Told(CheckResult result)
        {
            lock (gate)
            {
                told.Add(result);
            }

            changed();
        }
    }
}
