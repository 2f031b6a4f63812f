using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Glance;

/// <summary>Glance v2: images, to read.</summary>
internal sealed class GlanceService(SandboxContext context) : OpenStackService(context, "glance", 26292)
{
    private static readonly string[] Versions = ["v2.16", "v2.9", "v2.0"];

    public override Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        lock (Cloud.Gate)
        {
            foreach (var image in Context.Declarations?["glance"]?["images"] as JsonArray ?? [])
            {
                Cloud.Images.Add(new Image
                {
                    Id = image!["id"]?.ToString() ?? saved?["ids"]?[image["name"]!.ToString()]?.ToString() ?? Ids.Uuid(),
                    Name = image["name"]!.ToString(),
                    OsDistro = image["os_distro"]?.ToString(),
                    Visibility = image["visibility"]?.ToString() ?? "public",
                    Owner = image["project"] is { } project ? Cloud.ProjectId(project.ToString()) : null,
                    MinDisk = image["min_disk"]?.GetValue<int>() ?? 10,
                    Created = Cloud.Now.AddDays(-60),
                });
            }
        }

        return Task.CompletedTask;
    }

    public override JsonNode Save()
    {
        lock (Cloud.Gate)
        {
            return new JsonObject { ["ids"] = new JsonObject(Cloud.Images.DistinctBy(i => i.Name).Select(i => KeyValuePair.Create(i.Name, (JsonNode?)i.Id))) };
        }
    }

    protected override async Task<bool> AnswerOpenAsync(HttpContext http, string[] path)
    {
        if (path is not ([] or ["versions"]))
        {
            return false;
        }

        var versions = Versions.Select((id, i) => (JsonNode?)new JsonObject
        {
            ["id"] = id,
            ["status"] = i == 0 ? "CURRENT" : "SUPPORTED",
            ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = Address + "/v2/" }),
        });
        await Reply.JsonAsync(http, path.Length == 0 ? 300 : 200, new JsonObject { ["versions"] = new JsonArray([.. versions]) });
        return true;
    }

    protected override Task AnswerAsync(HttpContext http, string[] path, TokenInfo token)
    {
        lock (Cloud.Gate)
        {
            var seen = Cloud.Images.Where(i => i.Visibility is "public" or "community" || i.Owner == token.ProjectId || token.IsAdmin).ToList();
            switch (path)
            {
                case ["v2", "images"] when HttpMethods.IsGet(http.Request.Method):
                    return Reply.JsonAsync(http, 200, List(http, seen));
                case ["v2", "images", var id] when HttpMethods.IsGet(http.Request.Method) && seen.Find(i => i.Id == id) is { } image:
                    return Reply.JsonAsync(http, 200, Show(image));
                case ["v2", "images", var missing]:
                    return Reply.TextAsync(http, 404, "text/html; charset=UTF-8", $"<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  No image found with ID {missing}<br /><br />\n\n\n </body>\n</html>");
                default:
                    return Reply.TextAsync(http, 404, "text/html; charset=UTF-8", "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  The resource could not be found.<br /><br />\n\n\n </body>\n</html>");
            }
        }
    }

    private static JsonObject List(HttpContext http, List<Image> seen)
    {
        var query = http.Request.Query;
        var found = seen.Where(i => Matches(query["name"], i.Name) && Matches(query["os_distro"], i.OsDistro) && Matches(query["visibility"], i.Visibility)).OrderByDescending(i => i.Created).ThenBy(i => i.Name, StringComparer.Ordinal).ToList();
        if (query["marker"].ToString() is { Length: > 0 } marker)
        {
            found = [.. found.SkipWhile(i => i.Id != marker).Skip(1)];
        }

        var limit = int.TryParse(query["limit"], out var asked) ? asked : 25;
        var body = new JsonObject { ["images"] = new JsonArray([.. found.Take(limit).Select(Show)]) };
        if (found.Count > limit && limit > 0)
        {
            body["next"] = $"/v2/images?limit={limit}&marker={found[limit - 1].Id}";
        }

        body["first"] = "/v2/images";
        body["schema"] = "/v2/schemas/images";
        return body;
    }

    private static bool Matches(Microsoft.Extensions.Primitives.StringValues wanted, string? value) => wanted.Count == 0 || wanted.Contains(value);

    private static JsonObject Show(Image image) => new()
    {
        ["id"] = image.Id,
        ["name"] = image.Name,
        ["os_distro"] = image.OsDistro,
        ["status"] = "active",
        ["visibility"] = image.Visibility,
        ["protected"] = false,
        ["os_hidden"] = false,
        ["checksum"] = null,
        ["owner"] = image.Owner,
        ["size"] = image.Size,
        ["virtual_size"] = null,
        ["min_ram"] = 0,
        ["min_disk"] = image.MinDisk,
        ["disk_format"] = "qcow2",
        ["container_format"] = "bare",
        ["tags"] = new JsonArray(),
        ["created_at"] = Ids.ZuluTime(image.Created),
        ["updated_at"] = Ids.ZuluTime(image.Created),
        ["self"] = $"/v2/images/{image.Id}",
        ["file"] = $"/v2/images/{image.Id}/file",
        ["schema"] = "/v2/schemas/image",
    };
}
