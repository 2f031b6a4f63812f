using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Harbor;

/// <summary>Robot accounts of projects and of the system.</summary>
internal static partial class RobotEndpoints
{
    private static readonly HarborShape Shape = new(
        "robot",
        new("name", "RobotCreate", "string"),
        new("description", "RobotCreate", "string"),
        new("duration", "RobotCreate", "int64"),
        new("level", "RobotCreate", "string"),
        new("disable", "RobotCreate", "bool"));

    private static readonly Dictionary<string, Func<HarborRobot, object?>> Fields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["id"] = r => r.Id,
        ["name"] = r => r.Name,
        ["description"] = r => r.Description,
        ["creation_time"] = r => r.CreatedAt,
        ["disabled"] = r => r.Disabled,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("POST", "/api/v2.0/robots", Create, Shape),
        new("GET", "/api/v2.0/robots", List),
        new("GET", "/api/v2.0/robots/{}", call => HarborAnswer.Ok(Write(call, Find(call, "read")))),
        new("PUT", "/api/v2.0/robots/{}", Update, Shape),
        new("PATCH", "/api/v2.0/robots/{}", ChangeSecret, new("robotSec", new HarborField("secret", "RobotSec", "string"))),
        new("DELETE", "/api/v2.0/robots/{}", Delete),
    ];

    public static HarborRobot Add(HarborState state, string name, HarborProject? project, JsonObject body, string secret, DateTimeOffset now, long defaultDays)
    {
        var duration = body.Number("duration") is { } days and not 0 ? days : defaultDays;
        var robot = new HarborRobot
        {
            Id = state.Next("robot"),
            Name = project is null ? name : project.Name + "+" + name,
            ProjectId = project?.Id ?? 0,
            Description = body.Text("description"),
            Duration = duration,
            ExpiresAt = Expiry(now, duration),
            Disabled = body.Flag("disable"),
            Secret = HarborSecret.Of(secret),
            Permissions = (JsonArray)body["permissions"]!.DeepClone(),
            CreatedAt = now,
            UpdatedAt = now,
        };
        state.Robots.Add(robot);
        return robot;
    }

    private static long Expiry(DateTimeOffset from, long days) => days < 0 ? -1 : from.AddDays(days).ToUnixTimeSeconds();

    private static HarborAnswer Create(HarborCall call)
    {
        call.Access.Require();
        var name = call.Body.Text("name");
        if (!NameForm().IsMatch(name))
        {
            throw HarborException.BadRequest("robot name is not in lower case or contains illegal characters");
        }

        CheckDuration(call.Body!);
        var project = Level(call, "create");
        var stored = project is null ? name : project.Name + "+" + name;
        if (call.State.Robots.Exists(r => r.ProjectId == (project?.Id ?? 0) && r.Name == stored))
        {
            throw HarborException.Conflict($"robot account {project?.Id ?? 0}:{stored} already exists");
        }

        var secret = HarborSecret.Random();
        var days = long.Parse(call.Server.Setting("robot_token_duration"), CultureInfo.InvariantCulture);
        var robot = Add(call.State, name, project, call.Body!, secret, call.Now, days);
        return HarborAnswer.Created($"/api/v2.0/robots/{robot.Id}", new JsonObject
        {
            ["creation_time"] = HarborAnswer.Time(robot.CreatedAt),
            ["expires_at"] = robot.ExpiresAt,
            ["id"] = robot.Id,
            ["name"] = FullName(call, robot),
            ["secret"] = secret,
        });
    }

    private static void CheckDuration(JsonObject body)
    {
        if (body.Number("duration") is < -1 and var days)
        {
            throw HarborException.BadRequest($"bad request error duration input: {days}");
        }
    }

    /// <summary>Checks level and permissions of a body, and the caller's right; gives the project, null for the system's.</summary>
    private static HarborProject? Level(HarborCall call, string action)
    {
        var level = call.Body.Text("level");
        if (level is not ("project" or "system"))
        {
            throw HarborException.BadRequest($"bad request error level input: {level}");
        }

        if (call.Body!["permissions"] is not JsonArray { Count: > 0 } permissions)
        {
            throw HarborException.BadRequest("bad request empty permission");
        }

        if (level == "system")
        {
            call.Access.RequireSystem("robot", action);
            return null;
        }

        if (permissions.Count > 1 || permissions[0] is not JsonObject only || only.Text("kind") != "project")
        {
            throw HarborException.BadRequest("bad request permission");
        }

        var name = only.Text("namespace");
        var project = call.State.FindProject(name);
        if (project is null ? !call.Caller.IsAdmin : !call.Access.May(project, "robot", action))
        {
            throw HarborException.Forbidden("forbidden");
        }

        return project ?? throw HarborException.NotFound($"project {name} not found");
    }

    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        long projectId = 0;
        if (string.Equals(query.Filter("Level"), "project", StringComparison.Ordinal))
        {
            if (!long.TryParse(query.Filter("ProjectID"), CultureInfo.InvariantCulture, out projectId))
            {
                throw HarborException.BadRequest("must with project ID when to query project robots");
            }

            RequireRead(call, projectId, "list");
        }
        else
        {
            call.Access.RequireSystem("robot", "list");
        }

        return query.Answer(call.State.Robots.Where(r => r.ProjectId == projectId), Fields, r => Write(call, r), "name");
    }

    private static void RequireRead(HarborCall call, long projectId, string action)
    {
        call.Access.Require();
        var project = call.State.FindProject(projectId);
        if (project is null ? !call.Caller.IsAdmin : !call.Access.May(project, "robot", action))
        {
            throw HarborException.Forbidden("forbidden");
        }

        if (project is null)
        {
            throw HarborException.NotFound($"project {projectId} not found");
        }
    }

    private static HarborRobot Find(HarborCall call, string action)
    {
        var id = call.Id(0, "robot_id");
        call.Access.Require();
        var robot = call.State.Robots.Find(r => r.Id == id) ?? throw HarborException.NotFound($"robot {id} not found");
        if (robot.ProjectId == 0)
        {
            call.Access.RequireSystem("robot", action);
        }
        else
        {
            RequireRead(call, robot.ProjectId, action);
        }

        return robot;
    }

    private static HarborAnswer Update(HarborCall call)
    {
        var robot = Find(call, "update");
        if (call.Body.Text("name") != FullName(call, robot) || call.Body.Text("level") != LevelOf(robot))
        {
            throw HarborException.BadRequest("cannot update the level or name of robot");
        }

        CheckDuration(call.Body!);
        Level(call, "update");
        robot.Description = call.Body.Text("description");
        robot.Disabled = call.Body.Flag("disable");
        robot.Permissions = (JsonArray)call.Body!["permissions"]!.DeepClone();
        if (call.Body.Number("duration") is { } days and not 0 && days != robot.Duration)
        {
            (robot.Duration, robot.ExpiresAt) = (days, Expiry(robot.CreatedAt, days));
        }

        robot.UpdatedAt = call.Now;
        return HarborAnswer.Ok();
    }

    private static HarborAnswer ChangeSecret(HarborCall call)
    {
        var robot = Find(call, "update");
        var wanted = call.Body.Text("secret");
        if (wanted.Length > 0 && !HarborSecret.FollowsRule(wanted))
        {
            throw HarborException.BadRequest("the secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number");
        }

        var secret = wanted.Length > 0 ? wanted : HarborSecret.Random();
        (robot.Secret, robot.UpdatedAt) = (HarborSecret.Of(secret), call.Now);
        return HarborAnswer.Ok(wanted.Length > 0 ? new JsonObject() : new JsonObject { ["secret"] = secret });
    }

    private static HarborAnswer Delete(HarborCall call)
    {
        call.State.Robots.Remove(Find(call, "delete"));
        return HarborAnswer.Ok();
    }

    private static string FullName(HarborCall call, HarborRobot robot) => call.Server.Setting("robot_name_prefix") + robot.Name;

    private static string LevelOf(HarborRobot robot) => robot.ProjectId == 0 ? "system" : "project";

    private static JsonObject Write(HarborCall call, HarborRobot robot)
    {
        var wire = new JsonObject
        {
            ["creation_time"] = HarborAnswer.Time(robot.CreatedAt),
            ["disable"] = robot.Disabled,
            ["duration"] = robot.Duration,
            ["editable"] = true,
            ["expires_at"] = robot.ExpiresAt,
            ["id"] = robot.Id,
            ["level"] = LevelOf(robot),
            ["name"] = FullName(call, robot),
            ["permissions"] = robot.Permissions.DeepClone(),
            ["update_time"] = HarborAnswer.Time(robot.UpdatedAt),
        };
        if (robot.Description.Length > 0)
        {
            wire["description"] = robot.Description;
        }

        return wire;
    }

    [GeneratedRegex("^[a-z0-9]+(?:[._-][a-z0-9]+)*$")]
    private static partial Regex NameForm();
}
