using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Live;

namespace Portal.Core.Registry.Hooks;

/// <inheritdoc />
internal sealed class RegistryEvents(HookTokens tokens, IChangeBus changes) : IRegistryEvents
{
    public async Task<HookReceipt> ReceiveAsync(string token, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (tokens.Read(token) is not { } projectId)
        {
            return HookReceipt.Unknown;
        }

        if (!IsMessage(body))
        {
            return HookReceipt.NotUnderstood;
        }

        await changes.PublishAsync(Topic(projectId), cancellationToken).ConfigureAwait(false);
        return HookReceipt.Taken;
    }

    public IAsyncEnumerable<string> WatchAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return changes.SubscribeAsync(Topic(scope.ProjectId), cancellationToken);
    }

    private static string Topic(string projectId) => $"project/{projectId}/images";

    private static bool IsMessage(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var message = JsonDocument.Parse(body);
            return message.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.String
                && root.TryGetProperty("event_data", out var data) && data.ValueKind is JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
