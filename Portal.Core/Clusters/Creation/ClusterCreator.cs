using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Watching;
using Portal.Core.Provisioning;
using Portal.Core.Storage;

namespace Portal.Core.Clusters.Creation;

/// <summary>
/// Creates a cluster once: the intent is kept first; when an answer is lost the cluster is found again by name, creator
/// and time; two that fit stop. Ends with the plan that initialises it.
/// </summary>
internal sealed class ClusterCreator(
    ClusterIntentJournal journal, ClusterSearch search, IMagnumClient magnum, IPlanService plans, ClusterPoller poller, IAuditLog audit, ILogger<ClusterCreator> logger)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GivenUp = TimeSpan.FromMinutes(15);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> gates = new(StringComparer.Ordinal);

    /// <summary>Creates it, or goes on with what was begun under this intent; <paramref name="check"/> throws when what was typed cannot be sent.</summary>
    public async Task<CreatedCluster> CreateAsync(Scope scope, ClusterSpec spec, string intentId, Func<Task> check, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        var key = ClusterIntent.DocumentId(scope.ProjectId, scope.UserId, intentId);
        var gate = gates.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                try
                {
                    return await GoOnAsync(scope, spec, intentId, check, cancellationToken).ConfigureAwait(false);
                }
                catch (StoreConflictException)
                {
                    // Another process goes on with the same intent: what it has made is taken from here.
                }
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Takes up what an ended process left open: finds the cluster and starts its initialisation.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (var open in await journal.ListOpenAsync(cancellationToken).ConfigureAwait(false))
        {
            var gate = gates.GetOrAdd(open.Id, _ => new SemaphoreSlim(1, 1));
            if (!await gate.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            try
            {
                await ResumeAsync(open, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is BackendException or StoreConflictException or ClusterActionException or SubjectLockedException)
            {
                logger.ClusterIntentsFailed(e);
            }
            finally
            {
                gate.Release();
            }
        }
    }

    private async Task<CreatedCluster> GoOnAsync(Scope scope, ClusterSpec spec, string intentId, Func<Task> check, CancellationToken cancellationToken)
    {
        var stored = await journal.BeginAsync(scope, spec, intentId, check, cancellationToken).ConfigureAwait(false);
        stored = await journal.SettledAsync(stored, cancellationToken).ConfigureAwait(false);
        stored = await MakeAsync(scope, stored, cancellationToken).ConfigureAwait(false);
        return await StartAsync(scope, stored, cancellationToken).ConfigureAwait(false);
    }

    private async Task ResumeAsync(Stored<ClusterIntent> open, CancellationToken cancellationToken)
    {
        var intent = open.Value;
        logger.ClusterIntentResumed(intent.IntentId);
        var own = await search.EnterAsync(intent, cancellationToken).ConfigureAwait(false);
        if (intent.State is ClusterIntentState.Intended)
        {
            var found = await search.FindAsync(own, intent, cancellationToken).ConfigureAwait(false);
            if (found is null)
            {
                if (journal.Age(intent) > GivenUp)
                {
                    await journal.PutAsync(open, intent with { State = ClusterIntentState.Abandoned }, cancellationToken).ConfigureAwait(false);
                }

                return;
            }

            open = await journal.PutAsync(open, intent with { State = ClusterIntentState.Created, ClusterId = found.Id }, cancellationToken).ConfigureAwait(false);
        }

        await StartAsync(own with { UserId = intent.UserId, UserName = intent.UserName }, open, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Stored<ClusterIntent>> MakeAsync(Scope scope, Stored<ClusterIntent> stored, CancellationToken cancellationToken)
    {
        var intent = stored.Value;
        if (intent.State is not ClusterIntentState.Intended)
        {
            return stored;
        }

        // The first time nothing can be there; every other time it may have been made without our seeing the answer.
        if (stored.Version > 1 || journal.Age(intent) > Tolerance)
        {
            var own = await search.EnterAsync(intent, cancellationToken).ConfigureAwait(false);
            if (await search.FindAsync(own, intent, cancellationToken).ConfigureAwait(false) is { } found)
            {
                return await CreatedAsync(scope, stored, found.Id, cancellationToken).ConfigureAwait(false);
            }
        }

        return await PostAsync(scope, stored, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Stored<ClusterIntent>> PostAsync(Scope scope, Stored<ClusterIntent> stored, CancellationToken cancellationToken)
    {
        // Marks that it may be on its way, so that a second run waits and looks before it sends.
        stored = await journal.SendingAsync(stored, cancellationToken).ConfigureAwait(false);
        string id;
        try
        {
            id = await magnum.CreateClusterAsync(scope, stored.Value.Spec, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.MayHeal || e.Failure is BackendFailure.Unexpected)
        {
            var own = await search.EnterAsync(stored.Value, cancellationToken).ConfigureAwait(false);
            if (await search.FindAsync(own, stored.Value, cancellationToken).ConfigureAwait(false) is not { } found)
            {
                await journal.NotSentAsync(stored, cancellationToken).ConfigureAwait(false);
                await AuditAsync(scope, stored.Value.Spec.Name, e.Failure.ToString(), e.RequestId, cancellationToken).ConfigureAwait(false);
                throw;
            }

            id = found.Id;
        }
        catch (BackendException e)
        {
            await journal.PutAsync(stored, stored.Value with { State = ClusterIntentState.Refused }, cancellationToken).ConfigureAwait(false);
            await AuditAsync(scope, stored.Value.Spec.Name, e.Failure.ToString(), e.RequestId, cancellationToken).ConfigureAwait(false);
            throw MagnumErrors.ToFields(e) is { IsEmpty: false } errors ? new ClusterInvalidException(errors) : e;
        }

        return await CreatedAsync(scope, stored, id, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Stored<ClusterIntent>> CreatedAsync(Scope scope, Stored<ClusterIntent> stored, string clusterId, CancellationToken cancellationToken)
    {
        var created = await journal.PutAsync(stored, stored.Value with { State = ClusterIntentState.Created, ClusterId = clusterId }, cancellationToken).ConfigureAwait(false);
        logger.ClusterCreated(clusterId, scope.ProjectId);
        await audit.WriteAsync(scope, "cluster.create", ClusterPlans.Subject(clusterId), "ok", cancellationToken, details: Details(stored.Value.Spec)).ConfigureAwait(false);
        return created;
    }

    private async Task<CreatedCluster> StartAsync(Scope scope, Stored<ClusterIntent> stored, CancellationToken cancellationToken)
    {
        var intent = stored.Value;
        if (intent is { State: ClusterIntentState.Started, PlanId: { } known })
        {
            return new CreatedCluster(intent.ClusterId!, known);
        }

        var inputs = new InitialisationInputs(intent.ClusterId!, intent.Spec.Name, intent.Spec.Profile);
        var request = ClusterPlans.Request(ClusterPlans.Initialisation, intent.ClusterId!, intent.Spec.Name, inputs);
        var plan = await plans.StartAsync(scope, request, cancellationToken).ConfigureAwait(false);
        await journal.PutAsync(stored, intent with { State = ClusterIntentState.Started, PlanId = plan.Id }, cancellationToken).ConfigureAwait(false);
        poller.Expect(intent.Region);
        return new CreatedCluster(intent.ClusterId!, plan.Id);
    }

    private Task AuditAsync(Scope scope, string name, string result, string? requestId, CancellationToken cancellationToken) =>
        audit.WriteAsync(scope, "cluster.create", "cluster/" + name, result, cancellationToken, requestId is null ? null : [requestId]);

    private static ImmutableDictionary<string, string> Details(ClusterSpec spec) => ImmutableDictionary<string, string>.Empty
        .Add("name", spec.Name).Add("template", spec.TemplateId).Add("profile", spec.Profile)
        .Add("nodes", spec.NodeCount.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
