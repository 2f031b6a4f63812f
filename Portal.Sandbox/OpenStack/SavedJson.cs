using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Sandbox.Heat;

namespace Portal.Sandbox.OpenStack;

/// <summary>How state is kept over restarts.</summary>
internal static class SavedJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Moves what is due back by what the clock had been advanced; after a restart it shows real time again.</summary>
    public static void Shift(Stack stack, TimeSpan by)
    {
        if (by <= TimeSpan.Zero)
        {
            return;
        }

        stack.ActionStarted = stack.ActionStarted == default ? default : stack.ActionStarted - by;
        foreach (var resource in stack.Resources)
        {
            resource.Due -= by;
        }
    }
}
