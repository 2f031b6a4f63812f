using System.Text.Json.Nodes;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>A recorded exchange with a real server.</summary>
internal sealed record Recording(string Path, int Status, string Body)
{
    /// <summary>Reads <c>magnum/cluster-show</c>; skips the test on a plain clone.</summary>
    public static Recording Read(string name)
    {
        Skip.If(RepositoryPaths.Shared is null, "No recordings beside the checkout.");
        var json = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(RepositoryPaths.Shared!, "recordings", name + ".json")))!;
        var body = json["response"]!["body"];
        return new Recording(
            json["request"]!["path"]!.GetValue<string>(),
            json["response"]!["status"]!.GetValue<int>(),
            body is JsonValue value && value.TryGetValue<string>(out var text) ? text : body?.ToJsonString() ?? "");
    }

    public async Task AnswerAsync(Microsoft.AspNetCore.Http.HttpContext http) => await SmallServer.JsonAsync(http, Status, Body);
}
