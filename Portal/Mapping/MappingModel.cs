using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.Removal;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Mapping;

/// <summary>The last comparison, its filter, and what an administrator begins.</summary>
public sealed class MappingModel(IMappingComparison comparison, IMappingRemoval removal, Scope scope, TimeProvider time)
{
    /// <summary>Gets the last comparison.</summary>
    public Loadable<ComparisonReport> Report { get; } = new();

    /// <summary>Gets or sets the filter.</summary>
    public MappingQuery Query { get; set; } = new();

    /// <summary>Gets whether something that was asked for here is being done.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Gets whether this page's own comparison runs.</summary>
    public bool IsComparing { get; private set; }

    /// <summary>Gets why nothing was begun, or null.</summary>
    public Exception? Refused { get; private set; }

    /// <summary>Gets what would go with the place that was asked about last, or null.</summary>
    public RemovalPreview? Leaving { get; private set; }

    /// <summary>Gets what became of the repairs that were begun last.</summary>
    public ImmutableArray<BegunRepair> Begun { get; private set; } = [];

    /// <summary>Gets the places that match.</summary>
    public IReadOnlyList<ComparedPlace> Matching { get; private set; } = [];

    /// <summary>Gets the domains that places are in.</summary>
    public IReadOnlyList<string> Domains { get; private set; } = [];

    /// <summary>Gets whether a comparison runs, this page's or somebody else's.</summary>
    public bool IsRunning => IsComparing || Report.Value?.IsRunning(time.GetUtcNow()) == true;

    /// <summary>Gets the places that "repair all" repairs: those of the filter that a repair mends.</summary>
    public IReadOnlyList<ComparedPlace> Repairable => [.. Matching.Where(p => p.Repair is PlaceRepair.Repair && p.Run?.State is not PlanState.Running)];

    /// <summary>Gets whether the page changes by itself: something runs.</summary>
    public bool Moves => IsRunning || Report.Value?.Places.Any(p => p.Run?.State is PlanState.Running) == true;

    /// <summary>Reads the last comparison.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await Report.LoadAsync(async () => await comparison.GetAsync(scope, cancellationToken));
        Filter();
    }

    /// <summary>Compares now.</summary>
    public async Task CompareAsync(bool closely)
    {
        IsBusy = IsComparing = true;
        Begun = [];
        try
        {
            // Not the page's token: who leaves does not stop it.
            await Report.LoadAsync(async () => await comparison.CompareAsync(scope, closely, CancellationToken.None));
        }
        finally
        {
            IsBusy = IsComparing = false;
        }

        Filter();
    }

    /// <summary>Begins repairs; gives whether they were asked for without a refusal of all.</summary>
    public async Task<bool> RepairAsync(IReadOnlyList<ComparedPlace> places)
    {
        if (!await TryAsync(async () => Begun = await comparison.RepairAsync(scope, [.. places.Select(p => p.ProjectId)], CancellationToken.None)))
        {
            return false;
        }

        await LoadAsync(CancellationToken.None);
        return true;
    }

    /// <summary>Asks what would go with a place; gives whether that is known now.</summary>
    public async Task<bool> PreviewAsync(ComparedPlace place)
    {
        Leaving = null;
        return await TryAsync(async () => Leaving = await removal.PreviewAsync(scope, place.ProjectId, CancellationToken.None));
    }

    /// <summary>Begins to take away what was shown; gives whether it has begun.</summary>
    public async Task<bool> RemoveAsync()
    {
        if (Leaving is not { } shown || !await TryAsync(() => removal.RemoveAsync(scope, shown.ProjectId, shown.HarborProject, CancellationToken.None)))
        {
            return false;
        }

        await LoadAsync(CancellationToken.None);
        return true;
    }

    /// <summary>Applies the filter anew.</summary>
    public void Filter()
    {
        var places = Report.Value?.Places ?? [];
        Matching = [.. Query.Apply(places)];
        Domains = [.. places.Select(p => p.Domain).OfType<string>().Distinct().Order(StringComparer.CurrentCultureIgnoreCase)];
    }

    private async Task<bool> TryAsync(Func<Task> act)
    {
        IsBusy = true;
        Refused = null;
        try
        {
            await act();
            return true;
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Refused = failure;
            return false;
        }
        finally
        {
            IsBusy = false;
        }
    }
}
