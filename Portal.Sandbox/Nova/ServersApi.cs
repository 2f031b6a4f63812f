using System.Text.Json.Nodes;
using Portal.Sandbox.Heat;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Nova;

/// <summary><c>/servers</c>: the nodes of clusters.</summary>
internal sealed class ServersApi(Cloud cloud, string address)
{
    public Task AnswerAsync(HttpContext http, string[] path, TokenInfo token, int minor)
    {
        var all = token.IsAdmin && http.Request.Query["all_tenants"].ToString() is "1" or "True" or "true";
        var servers = all
            ? cloud.Stacks.Values.Select(s => s.ProjectId).Distinct().SelectMany(p => cloud.Servers(p))
            : cloud.Servers(token.ProjectId ?? "");
        if (http.Request.Query["name"].ToString() is { Length: > 0 } name)
        {
            servers = servers.Where(s => s.Stack.Node!.ServerName.Contains(name, StringComparison.Ordinal));
        }

        return path switch
        {
            [_] or [_, "detail"] => Reply.JsonAsync(http, 200, new JsonObject { ["servers"] = new JsonArray([.. servers.Select(s => Show(s.Stack, s.Server, path.Length == 2, minor))]) }),
            [_, var id] when servers.FirstOrDefault(s => s.Server.PhysicalId == id) is { Server: not null } found => Reply.JsonAsync(http, 200, new JsonObject { ["server"] = Show(found.Stack, found.Server, true, minor) }),
            [_, var id] => NovaService.Error(http, 404, "itemNotFound", $"Instance {id} could not be found."),
            _ => NovaService.Error(http, 404, "itemNotFound", "The resource could not be found."),
        };
    }

    private JsonObject Show(Stack stack, StackResource server, bool detail, int minor)
    {
        var node = stack.Node!;
        var shown = new JsonObject
        {
            ["id"] = server.PhysicalId,
            ["name"] = node.ServerName,
            ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = $"{address}/v2.1/servers/{server.PhysicalId}" }),
        };
        if (!detail)
        {
            return shown;
        }

        var status = server.State switch { "FAILED" => "ERROR", "COMPLETE" => "ACTIVE", _ => server.Action == "DELETE" ? "ACTIVE" : "BUILD" };
        shown["status"] = status;
        shown["tenant_id"] = stack.ProjectId;
        shown["metadata"] = new JsonObject();
        shown["key_name"] = node.Keypair;
        shown["addresses"] = status == "ACTIVE" ? Addresses(stack, node) : new JsonObject();
        shown["image"] = new JsonObject { ["id"] = cloud.FindImage(node.Image)?.Id ?? node.Image };
        shown["flavor"] = Flavor(node, minor);
        shown["created"] = Ids.ZuluTime(server.Created);
        shown["updated"] = Ids.ZuluTime(server.Updated);
        shown["OS-EXT-STS:vm_state"] = status switch { "ACTIVE" => "active", "ERROR" => "error", _ => "building" };
        shown["OS-EXT-STS:task_state"] = server.Action == "DELETE" ? "deleting" : status == "BUILD" ? "spawning" : null;
        shown["OS-EXT-STS:power_state"] = status == "ACTIVE" ? 1 : 0;
        shown["OS-EXT-AZ:availability_zone"] = "nova";
        if (status == "ERROR")
        {
            shown["fault"] = new JsonObject { ["code"] = 500, ["created"] = Ids.ZuluTime(server.Updated), ["message"] = "No valid host was found. There are not enough hosts available." };
        }

        return shown;
    }

    private JsonObject Flavor(NodeShape node, int minor)
    {
        var flavor = cloud.FindFlavor(node.Flavor);
        return minor < 47
            ? new JsonObject { ["id"] = flavor?.Id ?? node.Flavor }
            : new JsonObject { ["original_name"] = flavor?.Name ?? node.Flavor, ["vcpus"] = flavor?.Vcpus ?? 0, ["ram"] = flavor?.Ram ?? 0, ["disk"] = flavor?.Disk ?? 0, ["ephemeral"] = 0, ["swap"] = 0, ["extra_specs"] = new JsonObject() };
    }

    private JsonObject Addresses(Stack stack, NodeShape node)
    {
        var root = stack;
        while (root.ParentId is { } id)
        {
            root = cloud.Stacks[id];
        }

        var list = new JsonArray(new JsonObject { ["version"] = 4, ["addr"] = node.Address, ["OS-EXT-IPS:type"] = "fixed" });
        if (node.FloatingAddress is { } floating)
        {
            list.Add(new JsonObject { ["version"] = 4, ["addr"] = floating, ["OS-EXT-IPS:type"] = "floating" });
        }

        return new JsonObject { [root.Parameters.GetValueOrDefault("fixed_network_name", "private")] = list };
    }
}
