using System.Text.Json.Serialization;

namespace Portal.Sandbox.Heat;

/// <summary>A Heat stack of a cluster, or one nested in it.</summary>
internal sealed class Stack
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string ProjectId { get; init; }

    /// <summary>Gets the name of the user who made it.</summary>
    public required string Owner { get; init; }

    public required string StackUserProjectId { get; init; }

    /// <summary>Gets the stack in which this one is a resource, or null.</summary>
    public string? ParentId { get; init; }

    public string? ParentResource { get; init; }

    public DateTimeOffset Created { get; set; }

    public DateTimeOffset? Updated { get; set; }

    public DateTimeOffset? Deleted { get; set; }

    /// <summary>Gets or sets when the running action began, for its time limit.</summary>
    public DateTimeOffset ActionStarted { get; set; }

    /// <summary>Gets or sets the action: CREATE, UPDATE, DELETE.</summary>
    public string Action { get; set; } = "CREATE";

    /// <summary>Gets or sets its state: INIT, IN_PROGRESS, COMPLETE, FAILED.</summary>
    public string State { get; set; } = "INIT";

    public string Reason { get; set; } = "";

    /// <summary>Gets or sets the limit of an action, in minutes.</summary>
    public int TimeoutMinutes { get; set; } = 60;

    /// <summary>Gets the parameters; nested stacks show none.</summary>
    public Dictionary<string, string> Parameters { get; init; } = new(StringComparer.Ordinal);

    public List<StackResource> Resources { get; init; } = [];

    public List<StackEvent> Events { get; init; } = [];

    /// <summary>Gets what the stack was made of when somebody gave its template; null for a cluster's.</summary>
    public Given.GivenStack? Given { get; init; }

    /// <summary>Gets or sets the shape of the node that a member's stack makes, or null.</summary>
    public NodeShape? Node { get; set; }

    /// <summary>Gets or sets a cause of failure laid on this stack (label <c>sandbox_fail</c>), or null.</summary>
    public string? FailureCause { get; set; }

    /// <summary>Gets or sets the host of the cluster's API where it is known before the servers tell it, or null.</summary>
    public string? ApiHost { get; set; }

    [JsonIgnore]
    public string Status => $"{Action}_{State}";

    [JsonIgnore]
    public bool IsBusy => State is "INIT" or "IN_PROGRESS";

    public StackResource? Find(string resource) => Resources.Find(r => r.Name == resource);
}

/// <summary>A node as its stack makes it.</summary>
internal sealed class NodeShape
{
    public required string NodeGroup { get; init; }

    public required string Role { get; init; }

    public required string ServerName { get; init; }

    public required string Flavor { get; set; }

    public required string Address { get; init; }

    public string? FloatingAddress { get; set; }

    public required string Image { get; set; }

    public string? Keypair { get; init; }
}

/// <summary>A resource of a stack.</summary>
internal sealed class StackResource
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    public string PhysicalId { get; set; } = "";

    public string Action { get; set; } = "CREATE";

    /// <summary>Gets or sets the state; a resource that waits for others is INIT with COMPLETE shown (as Heat does).</summary>
    public string State { get; set; } = "INIT";

    public string Reason { get; set; } = "";

    public DateTimeOffset Created { get; set; }

    public DateTimeOffset Updated { get; set; }

    /// <summary>Gets or sets when what runs will be done; null while its nested stack decides.</summary>
    public DateTimeOffset? Due { get; set; }

    /// <summary>Gets how long its action takes, in seconds of a real cloud.</summary>
    public double Seconds { get; set; } = 1;

    /// <summary>Gets whether the cloud has a thing for it (an optional floating IP that is switched off is a resource without one).</summary>
    public bool Real { get; init; } = true;

    public List<string> RequiredBy { get; init; } = [];

    /// <summary>Gets or sets the stack nested in it, or null.</summary>
    public string? NestedId { get; set; }

    [JsonIgnore]
    public string Status => State == "INIT" && Action == "CREATE" ? "INIT_COMPLETE" : State == "INIT" ? "CREATE_COMPLETE" : $"{Action}_{State}";

    [JsonIgnore]
    public bool IsDone => State == "COMPLETE";

    /// <summary>Gets whether the thing exists in the cloud.</summary>
    [JsonIgnore]
    public bool Exists => Real && (State == "IN_PROGRESS" || PhysicalId.Length > 0);
}

/// <summary>One event of a stack.</summary>
/// <param name="Id">Its id.</param>
/// <param name="At">When.</param>
/// <param name="Resource">Resource name, or the stack's own.</param>
/// <param name="PhysicalId">Physical id at that time.</param>
/// <param name="Status">Status entered.</param>
/// <param name="Reason">Why.</param>
internal sealed record StackEvent(string Id, DateTimeOffset At, string Resource, string PhysicalId, string Status, string Reason);
