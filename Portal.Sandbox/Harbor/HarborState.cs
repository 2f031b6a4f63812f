using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Everything this Harbor knows; kept with the world as it stands here.</summary>
internal sealed class HarborState
{
    public Dictionary<string, long> Counters { get; set; } = new(StringComparer.Ordinal);

    public List<HarborUser> Users { get; set; } = [];

    public List<HarborProject> Projects { get; set; } = [];

    public List<HarborMember> Members { get; set; } = [];

    public List<HarborRobot> Robots { get; set; } = [];

    public List<HarborQuota> Quotas { get; set; } = [];

    public List<HarborRepository> Repositories { get; set; } = [];

    /// <summary>Gets or sets every blob that was ever pushed: nothing is collected.</summary>
    public Dictionary<string, HarborBlob> Blobs { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Gets or sets the blobs that count for a project.</summary>
    public Dictionary<long, HashSet<string>> ProjectBlobs { get; set; } = [];

    /// <summary>Gets or sets labels, web hook policies and immutable tag rules as they were sent, by kind.</summary>
    public List<HarborRule> Rules { get; set; } = [];

    /// <summary>Gets or sets the scanners that were made known.</summary>
    public List<HarborScanner> ScannerRegistrations { get; set; } = [];

    /// <summary>Gets or sets what web hook policies have sent lately.</summary>
    public List<HarborExecution> Executions { get; set; } = [];

    /// <summary>Gets or sets when a policy last had something to send, by <c>POLICY:EVENT</c>.</summary>
    public Dictionary<string, DateTimeOffset> LastTriggered { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Gets or sets whether the teams have pushed by the time they first look: the demo.</summary>
    public bool TeamsPush { get; set; }

    /// <summary>Gets or sets the projects whose teams have pushed.</summary>
    public HashSet<long> Filled { get; set; } = [];

    public List<HarborAudit> Audit { get; set; } = [];

    /// <summary>Gets or sets the settings that differ from the defaults.</summary>
    public Dictionary<string, JsonNode?> Configuration { get; set; } = new(StringComparer.Ordinal);

    public long Next(string counter) => Counters[counter] = Counters.GetValueOrDefault(counter) + 1;

    /// <summary>Gives the scanner that projects have, or null.</summary>
    public HarborScanner? DefaultScanner() => ScannerRegistrations.Find(s => s.IsDefault && !s.IsDisabled);

    public HarborUser? FindUser(long id) => Users.Find(u => u.Id == id && !u.IsDeleted);

    public HarborUser? FindUser(string name) => Users.Find(u => !u.IsDeleted && u.Username == name);

    public HarborProject? FindProject(string name) => Projects.Find(p => p.Name == name);

    public HarborProject? FindProject(long id) => Projects.Find(p => p.Id == id);

    /// <summary>Gives the role of a user in a project, 0 when there is none (or one that does not exist).</summary>
    public int RoleOf(HarborUser? user, HarborProject project) =>
        user is null ? 0 : Members.Find(m => m.ProjectId == project.Id && m.UserId == user.Id && m.HasRole)?.Role ?? 0;
}

/// <summary>A local user. Deleted ones stay for the projects they owned.</summary>
internal sealed class HarborUser
{
    public long Id { get; set; }

    public string Username { get; set; } = "";

    public string Email { get; set; } = "";

    public string Realname { get; set; } = "";

    public string Comment { get; set; } = "";

    public HarborSecret Password { get; set; } = new();

    public bool IsAdmin { get; set; }

    public bool IsDeleted { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class HarborProject
{
    public long Id { get; set; }

    public string Name { get; set; } = "";

    public long OwnerId { get; set; }

    public long AllowlistId { get; set; }

    public Dictionary<string, string> Metadata { get; set; } = new(StringComparer.Ordinal);

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public bool IsPublic => Metadata.GetValueOrDefault("public") == "true";
}

internal sealed class HarborMember
{
    public long Id { get; set; }

    public long ProjectId { get; set; }

    public long UserId { get; set; }

    public int Role { get; set; }

    public bool HasRole => Role is >= 1 and <= 5;
}

internal sealed class HarborRobot
{
    public long Id { get; set; }

    /// <summary>Gets or sets the name without the prefix: <c>team-a+ci</c> or <c>fleet</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the project, 0 for the system's.</summary>
    public long ProjectId { get; set; }

    public string Description { get; set; } = "";

    /// <summary>Gets or sets the life in days, -1 for ever.</summary>
    public long Duration { get; set; }

    public long ExpiresAt { get; set; }

    public bool Disabled { get; set; }

    public HarborSecret Secret { get; set; } = new();

    public JsonArray Permissions { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class HarborQuota
{
    public long Id { get; set; }

    public long ProjectId { get; set; }

    public long Hard { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class HarborAudit
{
    public long Id { get; set; }

    public DateTimeOffset At { get; set; }

    public string Operation { get; set; } = "";

    public string Resource { get; set; } = "";

    public string ResourceType { get; set; } = "";

    public string Username { get; set; } = "";

    public long ProjectId { get; set; }
}

/// <summary>A password or robot secret, salted and hashed.</summary>
internal sealed class HarborSecret
{
    public string Salt { get; set; } = "";

    public string Hash { get; set; } = "";

    public static HarborSecret Of(string secret)
    {
        var salt = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
        return new HarborSecret { Salt = salt, Hash = HashOf(salt, secret) };
    }

    /// <summary>Makes a secret of 32 letters and digits that follows the password rule.</summary>
    public static string Random()
    {
        const string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        while (true)
        {
            var secret = RandomNumberGenerator.GetString(letters, 32);
            if (FollowsRule(secret))
            {
                return secret;
            }
        }
    }

    public static bool FollowsRule(string secret) =>
        secret.Length is >= 8 and <= 128 && secret.Any(char.IsAsciiLetterUpper) && secret.Any(char.IsAsciiLetterLower) && secret.Any(char.IsAsciiDigit);

    public bool Is(string secret) => Hash.Length > 0 && Hash == HashOf(Salt, secret);

    private static string HashOf(string salt, string secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(salt + secret)));
}
