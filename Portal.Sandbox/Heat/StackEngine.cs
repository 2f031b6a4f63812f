using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Heat;

/// <summary>
/// Heat's engine: starts each resource when what it needs is there, ends it when its time has come, and lets failures
/// rise through nested stacks. Works by the times at which things fall due, so it can catch up any span at once.
/// </summary>
internal sealed partial class StackEngine(Cloud cloud)
{
    private readonly StackFailures failures = new(cloud);

    /// <summary>Gets the shapes of clusters by the id of their root stack.</summary>
    public Dictionary<string, ClusterShape> Shapes { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes the stack of a cluster or of a node group and starts it.</summary>
    public Stack Create(ClusterShape shape, string? failureCause, DateTimeOffset at)
    {
        var prefix = shape.ClusterName.Length > 30 ? shape.ClusterName[..30] : shape.ClusterName;
        var stack = new Stack
        {
            Id = Ids.Uuid(),
            Name = $"{prefix.Replace('_', '-').Replace('.', '-')}-{Ids.Suffix()}",
            ProjectId = shape.ProjectId,
            Owner = shape.UserName,
            StackUserProjectId = Ids.Hex(),
            Created = at,
            ActionStarted = at,
            TimeoutMinutes = shape.TimeoutMinutes,
            FailureCause = failureCause,
            State = "IN_PROGRESS",
            Reason = "Stack CREATE started",
        };
        stack.Resources.AddRange(shape.IsClusterStack ? Blueprint.Cluster() : Blueprint.NodeGroup());
        stack.Resources.ForEach(r => r.Created = r.Updated = at);
        foreach (var (name, value) in StackParameters.Of(shape, stack, Base("magnum"), Base("keystone")))
        {
            stack.Parameters[name] = value;
        }

        cloud.Stacks[stack.Id] = stack;
        Shapes[stack.Id] = shape;
        Tell(stack, at);
        Settle(stack, at);
        return stack;
    }

    /// <summary>Begins a stack of a given template.</summary>
    public void Begin(Stack stack, List<StackResource> resources, DateTimeOffset at)
    {
        stack.Created = stack.ActionStarted = at;
        stack.Resources.AddRange(resources);
        stack.Resources.ForEach(r => r.Created = r.Updated = at);
        cloud.Stacks[stack.Id] = stack;
        Tell(stack, at);
        Settle(stack, at);
    }

    /// <summary>Lets everything happen that is due until <paramref name="now"/>.</summary>
    public void Run(DateTimeOffset now)
    {
        foreach (var root in cloud.Stacks.Values.Where(s => s.ParentId is null && s.IsBusy).ToList())
        {
            RunRoot(root, now);
        }
    }

    /// <summary>Forgets stacks that were deleted long ago.</summary>
    public void Forget(DateTimeOffset now)
    {
        var old = now - cloud.Paced(TimeSpan.FromHours(1));
        foreach (var root in cloud.Stacks.Values.Where(s => s.ParentId is null && s.Deleted < old).ToList())
        {
            cloud.Stacks.Remove(root.Id);
            Shapes.Remove(root.Id);
        }
    }

    /// <summary>Gives the members of a root stack's groups: nested stacks that make one node each.</summary>
    public IEnumerable<Stack> Members(Stack root, bool masters)
    {
        if (root.Find(masters ? "kube_masters" : "kube_minions")?.NestedId is not { } id || !cloud.Stacks.TryGetValue(id, out var group))
        {
            return [];
        }

        return group.Resources.Where(r => r.NestedId is not null && cloud.Stacks.ContainsKey(r.NestedId)).Select(r => cloud.Stacks[r.NestedId!]);
    }

    public Stack Root(Stack stack)
    {
        while (stack.ParentId is { } id && cloud.Stacks.TryGetValue(id, out var parent))
        {
            stack = parent;
        }

        return stack;
    }

    private void RunRoot(Stack root, DateTimeOffset now)
    {
        var limit = root.ActionStarted + cloud.Paced(TimeSpan.FromMinutes(root.TimeoutMinutes));
        while (root.IsBusy)
        {
            var next = Running(root, now).OrderBy(n => n.Resource.Due).FirstOrDefault();
            var forEver = root.FailureCause?.StartsWith(StackFailures.Hold, StringComparison.Ordinal) == true;
            if (limit <= now && !forEver && !cloud.Context.IsOn("hold_clusters") && (next.Resource is null || next.Resource.Due > limit))
            {
                TimeOut(root, limit);
                return;
            }

            if (next.Resource is null || next.Resource.Due > now)
            {
                return;
            }

            Finish(next.Stack, next.Resource, next.Resource.Due!.Value);
        }
    }

    /// <summary>Gives what runs and can end; what is held moves into the future.</summary>
    private IEnumerable<(Stack Stack, StackResource Resource)> Running(Stack stack, DateTimeOffset now)
    {
        foreach (var resource in stack.Resources.Where(r => r.State == "IN_PROGRESS").ToList())
        {
            if (resource.Due is null)
            {
                foreach (var inner in resource.NestedId is null ? [] : Running(cloud.Stacks[resource.NestedId], now))
                {
                    yield return inner;
                }
            }
            else if (failures.IsHeld(Root(stack), resource))
            {
                if (resource.Due <= now)
                {
                    resource.Due = now + TimeSpan.FromMilliseconds(200);
                }
            }
            else
            {
                yield return (stack, resource);
            }
        }
    }

    /// <summary>Starts what can start; ends the stack when nothing is left to do.</summary>
    private void Settle(Stack stack, DateTimeOffset at)
    {
        foreach (var resource in stack.Resources.Where(r => r.State == "INIT").ToList())
        {
            if (stack.State == "FAILED")
            {
                return;
            }

            if (resource.State == "INIT" && !Blocked(stack, resource))
            {
                Start(stack, resource, at);
            }
        }

        if (stack.State == "IN_PROGRESS" && stack.Resources.TrueForAll(r => r.IsDone))
        {
            Complete(stack, at);
        }
    }

    private static bool Blocked(Stack stack, StackResource resource) => resource.Action == "DELETE"
        ? stack.Resources.Exists(r => resource.RequiredBy.Contains(r.Name))
        : stack.Resources.Exists(r => !r.IsDone && r.RequiredBy.Contains(resource.Name));

    private void Start(Stack stack, StackResource resource, DateTimeOffset at)
    {
        resource.State = "IN_PROGRESS";
        resource.Reason = "state changed";
        if (resource.Action == "CREATE" && failures.AtStart(Root(stack), stack, resource) is { } failure)
        {
            Tell(stack, resource, at);
            Fail(stack, resource, failure, at + cloud.Paced(TimeSpan.FromSeconds(1)));
            return;
        }

        if (Blueprint.IsNested(resource))
        {
            StartNested(stack, resource, at);
            return;
        }

        Tell(stack, resource, at);
        resource.Due = at + Duration(resource);
        if (resource.Action == "CREATE" && resource.Name != "upgrade_kubernetes_deployment")
        {
            resource.PhysicalId = resource.Type.EndsWith("RouterInterface", StringComparison.Ordinal)
                ? $"{stack.Find("extrouter")?.PhysicalId}:subnet_id={stack.Find("private_subnet")?.PhysicalId}"
                : Ids.Uuid();
        }
    }

    private void Finish(Stack stack, StackResource resource, DateTimeOffset at)
    {
        resource.Due = null;
        if (failures.AtFinish(Root(stack), stack, resource) is { } failure)
        {
            Fail(stack, resource, failure, at);
            return;
        }

        Done(stack, resource, at);
        Settle(stack, at);
    }

    private void Done(Stack stack, StackResource resource, DateTimeOffset at)
    {
        resource.State = "COMPLETE";
        resource.Updated = resource.Action == "CREATE" ? resource.Updated : at;
        Tell(stack, resource, at);
        if (resource.Action == "DELETE")
        {
            stack.Resources.Remove(resource);
            Remove(resource.NestedId);
        }
    }

    /// <summary>Removes a nested stack with all that is nested in it.</summary>
    private void Remove(string? nested)
    {
        if (nested is not null && cloud.Stacks.Remove(nested, out var stack))
        {
            stack.Resources.ForEach(r => Remove(r.NestedId));
        }
    }

    private void Complete(Stack stack, DateTimeOffset at)
    {
        stack.State = "COMPLETE";
        stack.Reason = $"Stack {stack.Action} completed successfully";
        stack.Deleted = stack.Action == "DELETE" ? at : null;
        Tell(stack, at);
        if (stack.ParentId is { } id && cloud.Stacks.TryGetValue(id, out var parent))
        {
            var owner = parent.Find(stack.ParentResource!)!;
            Done(parent, owner, at);
            Settle(parent, at);
        }
    }

    private TimeSpan Duration(StackResource resource)
    {
        var seconds = resource.Action != "DELETE" ? resource.Seconds : resource.Type switch
        {
            "OS::Nova::Server" => 14,
            "Magnum::Optional::Neutron::LBaaS::LoadBalancer" when resource.Real => 12,
            _ => 1.2,
        };
        return cloud.Paced(TimeSpan.FromSeconds(seconds * (0.85 + (Random.Shared.NextDouble() * 0.3))));
    }

    private string Base(string endpoint) =>
        cloud.Context.Addresses.TryGetValue(endpoint, out var url) ? url : $"http://{endpoint}.sandbox.invalid";

    private static void Tell(Stack stack, DateTimeOffset at) =>
        stack.Events.Add(new StackEvent(Ids.Uuid(), at, stack.Name, stack.Id, stack.Status, stack.Reason));

    private void Tell(Stack stack, StackResource resource, DateTimeOffset at)
    {
        var physical = resource.NestedId is { } id && resource is { State: "IN_PROGRESS", Action: "CREATE" } ? cloud.Stacks[id].Name : resource.PhysicalId;
        stack.Events.Add(new StackEvent(Ids.Uuid(), at, resource.Name, physical, $"{resource.Action}_{resource.State}", resource.Reason));
    }
}
