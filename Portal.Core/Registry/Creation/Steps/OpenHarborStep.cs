using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Creation.Steps;

/// <summary>
/// Enters the new Harbor as docs/decisions/0003 says: believes exactly the certificate of the signal, logs in with the decrypted first password, sets
/// the one that was kept before, makes the portal's own account, and throws the private key away.
/// </summary>
internal sealed class OpenHarborStep(HarborRecords records, HarborHttp http, IOptions<HarborOptions> options, IOptions<ClustersOptions> clusters, StepAudit audit) : HarborStep
{
    public const string StepId = "harbor.open";

    private const string Admin = "admin";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [WaitSignalStep.StepId];

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var signal = HarborSignal.Of(context, WaitSignalStep.StepId);
        try
        {
            if (signal.IsKept)
            {
                await EnterKeptAsync(signal, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await EnterNewAsync(context, signal, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (BackendException e) when (e.Answer is nameof(HttpRequestError.SecureConnectionError))
        {
            throw Failed(Reason.Of("harbor.wrong-certificate", ("url", signal.Url), ("address", signal.Address)));
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Unreachable)
        {
            // The name leads there once somebody has told the name service; until then nothing listens.
            return StepResult.NotYet(Reason.Of("harbor.name-not-yet", ("url", signal.Url), ("address", signal.Address), ("cause", e.Answer ?? "")), clusters.Value.LookAgain);
        }

        await records.ForgetKeyAsync(context.Plan.Id, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    // The accounts came with the volume: the one that is kept must still be good.
    private async Task EnterKeptAsync(HarborSignal signal, CancellationToken cancellationToken)
    {
        var record = await records.FindRecordAsync(cancellationToken).ConfigureAwait(false);
        if (record is not { Stack.IsRegistered: true } || records.Open("account", record.Password) is not { } password)
        {
            throw Failed(Reason.Of("harbor.account-unknown", ("volume", signal.Volume)));
        }

        var harbor = new NewHarbor(http, new HarborLink(signal.Url, new HarborLogin(record.UserName, password)) { Authority = signal.Certificate });
        if (await harbor.FindMeAsync(cancellationToken).ConfigureAwait(false) is not { SysadminFlag: true })
        {
            throw Failed(Reason.Of("harbor.account-refused", ("name", record.UserName)));
        }
    }

    private async Task EnterNewAsync(StepContext context, HarborSignal signal, CancellationToken cancellationToken)
    {
        var secrets = await records.FindSecretsAsync(context.Plan.Id, cancellationToken).ConfigureAwait(false);
        if (secrets is null || records.Open("admin", secrets.AdminPassword) is not { } wanted || records.Open("account", secrets.Password) is not { } own)
        {
            throw Failed(Reason.Of("harbor.secrets-lost"));
        }

        var harbor = new NewHarbor(http, new HarborLink(signal.Url, new HarborLogin(Admin, wanted)) { Authority = signal.Certificate });
        if (secrets.PrivateKey is not null)
        {
            await ChangeFirstPasswordAsync(context, harbor, Decrypt(secrets, signal), wanted, cancellationToken).ConfigureAwait(false);
        }

        await MakeAccountAsync(context, harbor, new HarborLogin(context.Inputs<HarborCreateInputs>().Spec.UserName, own), cancellationToken).ConfigureAwait(false);
    }

    // The password may have been set by an attempt whose end nobody saw.
    private async Task ChangeFirstPasswordAsync(StepContext context, NewHarbor harbor, string first, string wanted, CancellationToken cancellationToken)
    {
        const string changing = "changing";
        if (context.Output(StepId, changing) is not null && await harbor.FindMeAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            return;
        }

        var asFirst = harbor.As(new HarborLogin(Admin, first));
        var me = await asFirst.FindMeAsync(cancellationToken).ConfigureAwait(false) ?? throw Failed(Reason.Of("harbor.password-refused"));
        await context.KeepAsync(changing, "yes", cancellationToken).ConfigureAwait(false);
        await asFirst.ChangePasswordAsync(me.UserId, wanted, cancellationToken).ConfigureAwait(false);
        await audit.AuditAsync(context, "harbor.password", Admin, cancellationToken).ConfigureAwait(false);
    }

    private async Task MakeAccountAsync(StepContext context, NewHarbor harbor, HarborLogin account, CancellationToken cancellationToken)
    {
        var user = await harbor.FindUserAsync(account.UserName, cancellationToken).ConfigureAwait(false);
        if (user is null)
        {
            await harbor.CreateUserAsync(new NewRegistryUser(account.UserName, $"{account.UserName}@{options.Value.EmailDomain}", "Container Platform Portal", account.Password), cancellationToken).ConfigureAwait(false);
            await audit.AuditAsync(context, "harbor.account.create", account.UserName, cancellationToken).ConfigureAwait(false);
            user = await harbor.FindUserAsync(account.UserName, cancellationToken).ConfigureAwait(false)
                ?? throw new BackendException(HarborHttp.Backend, "create user", BackendFailure.Broken, "the user is not there although it was created");
        }

        if (await harbor.As(account).FindMeAsync(cancellationToken).ConfigureAwait(false) is null)
        {
            throw Failed(Reason.Of("harbor.account-foreign", ("name", account.UserName)));
        }

        if (!user.SysadminFlag)
        {
            await harbor.MakeAdministratorAsync(user.UserId, cancellationToken).ConfigureAwait(false);
        }

        await context.ReportAsync(Reason.Of("harbor.entered", ("name", account.UserName)), [new MadeObject("Harbor user", account.UserName, true)], cancellationToken).ConfigureAwait(false);
    }

    private string Decrypt(HarborSecrets secrets, HarborSignal signal)
    {
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(records.Open("key", secrets.PrivateKey));
            return Encoding.UTF8.GetString(key.Decrypt(Convert.FromBase64String(signal.Password), RSAEncryptionPadding.OaepSHA256));
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException)
        {
            throw Failed(Reason.Of("harbor.password-unreadable"));
        }
    }
}
