using System.Security.Cryptography;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Creation.Steps;
using Portal.Core.Registry.Harbor;
using Portal.Core.Storage;

namespace Portal.Core.Registry.Creation;

/// <summary>Keeps the registration and the secrets of the plans that make one.</summary>
internal sealed class HarborRecords(IDocumentStore documents, ISecretProtector secrets) : IRegisteredHarbor
{
    private const int KeyBits = 3072;
    private const int MaxTries = 20;
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private const string Purpose = "harbor/";

    /// <inheritdoc />
    public async Task<HarborLink?> FindAsync(CancellationToken cancellationToken) =>
        await FindRecordAsync(cancellationToken).ConfigureAwait(false) is { Url: { } url } record && Open("account", record.Password) is { } password
            ? new HarborLink(url, new HarborLogin(record.UserName, password)) { Authority = record.Authority }
            : null;

    public async Task<HarborRecord?> FindRecordAsync(CancellationToken cancellationToken) =>
        (await documents.FindAsync(HarborRecord.Type, HarborRecord.Id, cancellationToken).ConfigureAwait(false))?.Value;

    /// <summary>Changes the registration, again on what is there now when somebody else was first. Null deletes it.</summary>
    public async Task ChangeAsync(Func<HarborRecord?, HarborRecord?> change, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var stored = await documents.FindAsync(HarborRecord.Type, HarborRecord.Id, cancellationToken).ConfigureAwait(false);
            var changed = change(stored?.Value);
            try
            {
                if (changed is null && stored is not null)
                {
                    await documents.DeleteAsync(HarborRecord.Type, HarborRecord.Id, stored.Version, cancellationToken).ConfigureAwait(false);
                }
                else if (changed is not null && changed != stored?.Value)
                {
                    await documents.PutAsync(HarborRecord.Type, HarborRecord.Id, changed, stored?.Version ?? 0, cancellationToken).ConfigureAwait(false);
                }

                return;
            }
            catch (StoreConflictException) when (tries < MaxTries)
            {
                // Somebody else was first: look again.
            }
        }
    }

    /// <summary>Gives the registration without its stack: nothing of it when it was that stack's Harbor.</summary>
    public static HarborRecord? WithoutStack(HarborRecord record) => record.Url is null || record.Stack is { IsRegistered: true } ? null : record with { Stack = null };

    public async Task<HarborSecrets?> FindSecretsAsync(string planId, CancellationToken cancellationToken) =>
        (await documents.FindAsync(HarborSecrets.Type, planId, cancellationToken).ConfigureAwait(false))?.Value;

    /// <summary>Gives the plan's secrets; makes and keeps them when there are none, or when no key opens them any more and none was sent yet.</summary>
    public async Task<HarborSecrets> MakeSecretsAsync(string planId, CancellationToken cancellationToken)
    {
        var stored = await documents.FindAsync(HarborSecrets.Type, planId, cancellationToken).ConfigureAwait(false);
        if (stored is not null && Open("key", stored.Value.PrivateKey) is not null)
        {
            return stored.Value;
        }

        using var key = RSA.Create(KeyBits);
        var made = new HarborSecrets
        {
            PrivateKey = Seal("key", key.ExportPkcs8PrivateKeyPem()),
            PublicKey = key.ExportSubjectPublicKeyInfoPem(),
            AdminPassword = Seal("admin", NewPassword()),
            Password = Seal("account", NewPassword()),
        };
        try
        {
            await documents.PutAsync(HarborSecrets.Type, planId, made, stored?.Version ?? 0, cancellationToken).ConfigureAwait(false);
            return made;
        }
        catch (StoreConflictException)
        {
            return (await FindSecretsAsync(planId, cancellationToken).ConfigureAwait(false)) ?? throw new InvalidOperationException("The plan's secrets were taken away while they were made.");
        }
    }

    /// <summary>Throws the private half away; the passwords stay until the Harbor is registered.</summary>
    public async Task ForgetKeyAsync(string planId, CancellationToken cancellationToken)
    {
        if (await documents.FindAsync(HarborSecrets.Type, planId, cancellationToken).ConfigureAwait(false) is { Value.PrivateKey: not null } stored)
        {
            await documents.PutAsync(HarborSecrets.Type, planId, stored.Value with { PrivateKey = null }, stored.Version, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task ForgetSecretsAsync(string planId, CancellationToken cancellationToken) => documents.DeleteAsync(HarborSecrets.Type, planId, null, cancellationToken);

    /// <summary>Gives the plan's Harbor with the account that the portal will use, or null when a secret is lost.</summary>
    public async Task<HarborLink?> LinkAsync(StepContext context, CancellationToken cancellationToken)
    {
        var signal = HarborSignal.Of(context, WaitSignalStep.StepId);
        var record = await FindRecordAsync(cancellationToken).ConfigureAwait(false);
        var secrets = await FindSecretsAsync(context.Plan.Id, cancellationToken).ConfigureAwait(false);
        var (name, kept) = signal.IsKept ? (record?.UserName, record?.Password) : (context.Inputs<HarborCreateInputs>().Spec.UserName, secrets?.Password);
        return name is not null && Open("account", kept) is { } password ? new HarborLink(signal.Url, new HarborLogin(name, password)) { Authority = signal.Certificate } : null;
    }

    /// <summary>Encrypts a secret for its place (<c>key</c>, <c>admin</c>, <c>account</c>).</summary>
    public string Seal(string place, string secret) => secrets.Protect(Purpose + place, secret);

    /// <summary>Decrypts a kept secret; null when there is none or no key opens it any more.</summary>
    public string? Open(string place, string? kept)
    {
        try
        {
            return kept is null ? null : secrets.Unprotect(Purpose + place, kept);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // Harbor wants an upper case letter, a lower case letter and a digit.
    private static string NewPassword() => "Aa1" + RandomNumberGenerator.GetString(Letters, 32);
}
