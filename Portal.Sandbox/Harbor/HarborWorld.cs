using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>What is there at first: a fresh server, then the declarations of a world, or the demo.</summary>
internal sealed class HarborWorld(HarborServer server, string password, DateTimeOffset now)
{
    private readonly HarborState state = server.State;

    private static readonly string[] Roles = ["", "projectAdmin", "developer", "guest", "maintainer", "limitedGuest"];

    /// <summary>Makes a fresh server: the user admin and the empty public project library.</summary>
    public void Begin()
    {
        state.Users.Add(new HarborUser
        {
            Id = state.Next("user"),
            Username = "admin",
            Realname = "system admin",
            Comment = "admin user",
            Password = HarborSecret.Of(password),
            IsAdmin = true,
            CreatedAt = now,
            UpdatedAt = now,
        });
        state.Next("user");
        ProjectEndpoints.Add(state, "library", state.Users[0], [KeyValuePair.Create("public", "true")], -1, now);
    }

    /// <summary>Adds what a world declares, in its order.</summary>
    public void Declare(JsonObject world)
    {
        foreach (var user in Objects(world["users"]))
        {
            AddUser(user);
        }

        foreach (var project in Objects(world["projects"]))
        {
            AddProject(project);
        }

        foreach (var image in Objects(world["images"]))
        {
            AddImage(image);
        }

        foreach (var name in Objects(world["users"]).Where(u => u.Flag("deleted")).Select(u => u.Text("username")))
        {
            var user = state.FindUser(name)!;
            user.IsDeleted = true;
            state.Members.RemoveAll(m => m.UserId == user.Id);
        }

        AddScanners(world);

        foreach (var robot in Objects(world["robots"]))
        {
            AddRobot(robot);
        }

        state.TeamsPush = world.Flag("teams_push");
        if (world["configuration"] is JsonObject configuration)
        {
            HarborConfiguration.Change(state, configuration);
        }
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();

    private void AddUser(JsonObject user) => state.Users.Add(new HarborUser
    {
        Id = state.Next("user"),
        Username = user.Text("username"),
        Email = user.Text("email"),
        Realname = user.Text("realname"),
        Comment = user.Text("comment"),
        Password = HarborSecret.Of(user.Text("password") is { Length: > 0 } own ? own : password),
        IsAdmin = user.Flag("sysadmin"),
        CreatedAt = now,
        UpdatedAt = now,
    });

    private void AddProject(JsonObject declared)
    {
        var creator = state.FindUser(declared.Text("created_by") is { Length: > 0 } by ? by : "admin")!;
        var metadata = (declared["metadata"] as JsonObject ?? []).Select(m => KeyValuePair.Create(m.Key, m.Value?.ToString() ?? "")).ToList();
        metadata.Insert(0, KeyValuePair.Create("public", declared.Flag("public") ? "true" : "false"));
        var limit = creator.IsAdmin && declared.Number("storage_limit") is { } wanted and not 0 ? wanted : -1;
        var project = ProjectEndpoints.Add(state, declared.Text("name"), creator, metadata, limit, now);
        state.Audit.Add(new HarborAudit { Id = state.Next("audit"), At = now, Operation = "create", Resource = project.Name, ResourceType = "project", Username = creator.Username, ProjectId = project.Id });
        foreach (var member in Objects(declared["members"]))
        {
            state.Members.Add(new HarborMember
            {
                Id = state.Next("member"),
                ProjectId = project.Id,
                UserId = state.FindUser(member.Text("user"))!.Id,
                Role = Array.IndexOf(Roles, member.Text("role")),
            });
        }

        foreach (var webhook in Objects(declared["webhooks"]))
        {
            var target = new JsonObject { ["type"] = "http", ["address"] = webhook.Text("address"), ["payload_format"] = webhook.Text("payload_format") is { Length: > 0 } format ? format : "Default" };
            var body = new JsonObject { ["name"] = webhook.Text("name"), ["description"] = webhook.Text("description"), ["enabled"] = true, ["event_types"] = webhook["event_types"]!.DeepClone(), ["targets"] = new JsonArray(target) };
            RuleEndpoints.Add(state, "webhook", project.Id, body, now);
        }

        if (declared.Flag("retention"))
        {
            project.Metadata["retention_id"] = state.Next("retention").ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private void AddScanners(JsonObject world)
    {
        foreach (var scanner in Objects(world["scanners"]))
        {
            ScannerEndpoints.Add(state, scanner, now);
        }

        foreach (var scan in Objects(world["scans"]))
        {
            Scan(scan.Text("artifact"));
        }
    }

    private void AddRobot(JsonObject declared)
    {
        var project = declared.Text("level") == "project" ? state.FindProject(declared.Text("project")) : null;
        var body = declared.DeepClone().AsObject();
        if (body["permissions"] is null)
        {
            body["permissions"] = new JsonArray(new JsonObject { ["kind"] = "project", ["namespace"] = project!.Name, ["access"] = declared["access"]!.DeepClone() });
        }

        RobotEndpoints.Add(state, declared.Text("name"), project, body, declared.Text("secret"), now, 30);
    }

    /// <summary>Pushes one of the known images, or one made up from its name; layers are sizes only.</summary>
    private void AddImage(JsonObject declared)
    {
        var repository = declared.Text("repository");
        var project = state.FindProject(repository.Split('/')[0])!;
        var (manifest, config) = HarborKnownImages.Find(declared.Text("image"), repository);
        HarborImageStore.AddBlob(server, project, HarborImageStore.DigestOf(config), config.Length, config);
        foreach (var (digest, size) in HarborImageStore.References(JsonNode.Parse(manifest)!.AsObject()))
        {
            HarborImageStore.AddBlob(server, project, digest, size, null);
        }

        foreach (var tag in (declared["tags"] as JsonArray ?? []).Select(t => t!.ToString()))
        {
            HarborImageStore.Put(server, project, repository, tag, manifest, now);
            state.Audit.Add(new HarborAudit { Id = state.Next("audit"), At = now, Operation = "create", Resource = $"{repository}:{tag}", ResourceType = "artifact", Username = declared.Text("by"), ProjectId = project.Id });
            HarborEvents.Declared(server, state.Repositories.Find(r => r.Name == repository)!, HarborImageStore.DigestOf(manifest), tag, declared.Text("by"));
        }
    }

    /// <summary>Gives an artifact the test scanner's findings.</summary>
    private void Scan(string image)
    {
        var at = image.LastIndexOf(':');
        var repository = state.Repositories.Find(r => r.Name == image[..at]);
        HarborScans.End(repository!.Artifacts.Find(a => a.Tags.Exists(t => t.Name == image[(at + 1)..]))!, now);
    }
}
