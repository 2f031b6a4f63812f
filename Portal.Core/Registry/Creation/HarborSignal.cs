using System.Text;
using System.Text.Json;
using Portal.Core.Clusters.Heat;
using Portal.Core.Provisioning;

namespace Portal.Core.Registry.Creation;

/// <summary>What the stack says when it is complete: where its Harbor is, and what the instance sent. No secret in clear: the password is encrypted for the plan's key.</summary>
/// <param name="Url">Address of Harbor.</param>
/// <param name="Address">IP address that its name must lead to.</param>
/// <param name="Volume">Its volume.</param>
/// <param name="Certificate">The certificate that it made for itself, PEM.</param>
/// <param name="Password">The first password, encrypted, in base64; empty when the volume had a Harbor already.</param>
internal sealed record HarborSignal(string Url, string Address, string Volume, string Certificate, string Password)
{
    /// <summary>Gets whether the accounts came with the volume.</summary>
    public bool IsKept => Password.Length == 0;

    /// <summary>Reads it, or null when it is none.</summary>
    public static HarborSignal? Read(MadeStack stack)
    {
        try
        {
            var told = stack.Outputs.GetValueOrDefault("signal");
            var all = told.ValueKind is JsonValueKind.String ? JsonSerializer.Deserialize<Dictionary<string, string>>(told.GetString()!) : told.Deserialize<Dictionary<string, string>>();
            var sent = JsonSerializer.Deserialize<SentWire>(Convert.FromBase64String(all?.GetValueOrDefault("harbor") ?? ""), JsonSerializerOptions.Web) ?? new(false, null, null);
            var certificate = Encoding.ASCII.GetString(Convert.FromBase64String(sent.Certificate ?? ""));
            var isWhole = certificate.StartsWith("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal) && (sent.Kept || sent.Password is { Length: > 0 });
            return isWhole && stack.Text("url") is { } url && stack.Text("volume") is { } volume
                ? new HarborSignal(url, stack.Text("address") ?? "", volume, certificate, sent.Kept ? "" : sent.Password!)
                : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads it from what the step kept.</summary>
    public static HarborSignal Of(StepContext context, string stepId) => new(
        context.Output(stepId, "url") ?? "", context.Output(stepId, "address") ?? "", context.Output(stepId, "volume") ?? "", context.Output(stepId, "certificate") ?? "", context.Output(stepId, "password") ?? "");

    /// <summary>Gives what is kept.</summary>
    public IEnumerable<(string Name, string Value)> ToOutputs() => [("url", Url), ("address", Address), ("volume", Volume), ("certificate", Certificate), ("password", Password)];

    private sealed record SentWire(bool Kept, string? Certificate, string? Password);
}
