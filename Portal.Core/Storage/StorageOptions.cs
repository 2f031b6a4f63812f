namespace Portal.Core.Storage;

/// <summary>Where documents live.</summary>
public enum StorageKind
{
    /// <summary>One SQLite file in the data folder; one process.</summary>
    Sqlite,

    /// <summary>PostgreSQL; several replicas.</summary>
    PostgreSql,
}

/// <summary>Options of the storage; section <c>Portal:Storage</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Storage";

    /// <summary>Gets or sets the kind of home.</summary>
    public StorageKind Kind { get; set; } = StorageKind.Sqlite;

    /// <summary>Gets or sets the folder of the portal's files; made when it is missing. Relative to the working directory.</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>Gets or sets PostgreSQL's connection string (a secret).</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Hides the connection string.</summary>
    public override string ToString() => $"{Kind} {(Kind is StorageKind.Sqlite ? DataFolder : "")}";
}

/// <summary>Options of the master keys; section <c>Portal:MasterKey</c>. One of the two is set, except in Development.</summary>
public sealed class MasterKeyOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:MasterKey";

    /// <summary>
    /// Gets or sets a file with keys, one a line: <c>ID:BASE64</c> (32 bytes). The first one encrypts; all decrypt. Must not lie in the data
    /// folder, except in Development, where it is made on the first run as <c>master.key</c>.
    /// </summary>
    public string? File { get; set; }

    /// <summary>Gets or sets the same lines from the environment (<c>Portal__MasterKey__Keys</c>), separated by commas or line ends (a secret).</summary>
    public string? Keys { get; set; }

    /// <summary>Hides the keys.</summary>
    public override string ToString() => File ?? (Keys is null ? "no master key" : "keys from the environment");
}
