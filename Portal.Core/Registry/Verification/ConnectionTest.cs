using System.Globalization;
using Microsoft.Extensions.Options;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Verification;

/// <inheritdoc />
internal sealed class ConnectionTest(IHarborVerification verification, HarborInUse inUse, IOptions<HarborOptions> options, IAuditLog audit) : IConnectionTest, IDisposable
{
    private const string Action = "harbor.verify";
    private const string Subject = "harbor";
    private readonly SemaphoreSlim turn = new(1, 1);

    public async Task<VerificationReport> RunAsync(Scope scope, bool readOnly, Action<CheckResult> told, CancellationToken cancellationToken)
    {
        if (!scope.Can(Capability.Administer))
        {
            await audit.WriteAsync(scope, Action, Subject, "forbidden", cancellationToken).ConfigureAwait(false);
            scope.Demand(Capability.Administer);
        }

        var harbor = await HarborAsync(cancellationToken).ConfigureAwait(false);
        if (!await turn.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            throw new BackendException("portal", "test the connection", BackendFailure.Conflict, "a test of the connection runs already");
        }

        try
        {
            var target = new HarborTarget(harbor.Url, harbor.Login) { Authority = harbor.Authority, IsReadOnly = readOnly, StorageLimit = options.Value.StorageLimit };
            var report = await verification.RunAsync(target, told, cancellationToken).ConfigureAwait(false);
            var details = new Dictionary<string, string>(StringComparer.Ordinal) { ["failed"] = report.Checks.Count(c => c.Outcome is CheckOutcome.Failed).ToString(CultureInfo.InvariantCulture) };
            await audit.WriteAsync(scope, Action, Subject, "ok", CancellationToken.None, details: details).ConfigureAwait(false);
            return report;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<HarborLink> HarborAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await inUse.GetAsync("test the connection", cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackendException(HarborHttp.Backend, "test the connection", BackendFailure.Unreachable, "the file of Portal:Harbor:PasswordFile cannot be read");
        }
    }

    public void Dispose() => turn.Dispose();
}
