namespace Portal.Core.Provisioning;

/// <summary>
/// Bounds how many steps run at once: in all, per project and per plan. A free place goes to the project that has the
/// fewest steps running, then to who waits longest; so a project with a hundred plans does not keep out one with a single.
/// </summary>
internal sealed class StepGate(ProvisioningOptions options)
{
    private readonly Lock door = new();
    private readonly LinkedList<Request> waiting = new();
    private readonly Dictionary<string, int> running = [];
    private int all;

    /// <summary>Waits for a place; it is given back when the result is disposed.</summary>
    public async Task<IDisposable> EnterAsync(Plan plan, CancellationToken cancellationToken)
    {
        var request = new Request($"{plan.Region.Cloud}/{plan.Region.Region}/{plan.ProjectId}", $"plan {plan.Id}");
        lock (door)
        {
            waiting.AddLast(request);
            Grant();
        }

        var registration = cancellationToken.Register(() => GiveUp(request, cancellationToken));
        await using (registration.ConfigureAwait(false))
        {
            await request.Granted.Task.ConfigureAwait(false);
        }

        return new Place(this, request);
    }

    private void GiveUp(Request request, CancellationToken cancellationToken)
    {
        lock (door)
        {
            if (waiting.Remove(request))
            {
                request.Granted.TrySetCanceled(cancellationToken);
            }
        }
    }

    private void Leave(Request request)
    {
        lock (door)
        {
            all--;
            Count(request.Project, -1);
            Count(request.Plan, -1);
            Grant();
        }
    }

    private void Grant()
    {
        while (all < options.MaxSteps && Next() is { } next)
        {
            waiting.Remove(next);
            all++;
            Count(next.Project, 1);
            Count(next.Plan, 1);
            next.Granted.TrySetResult();
        }
    }

    private Request? Next()
    {
        Request? best = null;
        var fewest = int.MaxValue;
        foreach (var request in waiting)
        {
            var inProject = running.GetValueOrDefault(request.Project);
            if (inProject < fewest && inProject < options.MaxStepsPerProject && running.GetValueOrDefault(request.Plan) < options.MaxStepsPerPlan)
            {
                (best, fewest) = (request, inProject);
            }
        }

        return best;
    }

    private void Count(string key, int change)
    {
        var count = running.GetValueOrDefault(key) + change;
        if (count == 0)
        {
            running.Remove(key);
        }
        else
        {
            running[key] = count;
        }
    }

    private sealed class Request(string project, string plan)
    {
        public string Project { get; } = project;

        public string Plan { get; } = plan;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Place(StepGate gate, Request request) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                gate.Leave(request);
            }
        }
    }
}
