using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Creation;
using Portal.Core.Registry.Verification;
using Portal.Shared;

namespace Portal.Mapping.Registering;

/// <summary>Which Harbor the portal works with, and the forms that change it.</summary>
public sealed class HarborPageModel(IHarborRegistration registration, IClusterOffer offer, Scope scope)
{
    private readonly List<CheckResult> _told = [];
    private readonly Lock _gate = new();
    private bool _isTried;

    /// <summary>Gets which Harbor is used.</summary>
    public Loadable<HarborHome> Home { get; } = new();

    /// <summary>Gets the images to choose from; null while they are not known.</summary>
    public IReadOnlyList<ImageRef>? Images { get; private set; }

    /// <summary>Gets the flavors to choose from; null while they are not known.</summary>
    public IReadOnlyList<Flavor>? Flavors { get; private set; }

    /// <summary>Gets the networks to choose from; null while they are not known.</summary>
    public IReadOnlyList<Network>? Networks { get; private set; }

    /// <summary>Gets or sets the Harbor that is asked for.</summary>
    public HarborSpec Spec { get; set; } = new();

    /// <summary>Gets or sets the Harbor that is there already.</summary>
    public ExistingHarbor Existing { get; set; } = new("https://", "portal", "", null);

    /// <summary>Gets the result of the last registration, or null.</summary>
    public RegistrationResult? Registered { get; private set; }

    /// <summary>Gets what the Core refused, by field.</summary>
    public IReadOnlyList<FieldError> Errors { get; private set; } = [];

    /// <summary>Gets why it cannot be done now, or null.</summary>
    public Reason? WhyNot { get; private set; }

    /// <summary>Gets why it failed, or null.</summary>
    public Exception? Refused { get; private set; }

    /// <summary>Gets whether something is being done.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Gets whether the person may.</summary>
    public bool MayChange => scope.Can(Capability.Administer);

    /// <summary>Gets the checks of a registration, as they come.</summary>
    public IReadOnlyList<CheckResult> Checks
    {
        get
        {
            lock (_gate)
            {
                return Registered?.Report.Checks ?? [.. _told];
            }
        }
    }

    /// <summary>Gives what is to be corrected in a field of the new Harbor: after the first try also while it is typed.</summary>
    public IEnumerable<FieldError> ErrorsOf(string field) => (_isTried ? HarborSpecRules.Check(Spec) : []).Where(e => e.Field == field);

    /// <summary>Gives what is to be corrected in a field of the existing Harbor.</summary>
    public IEnumerable<FieldError> ErrorsOfExisting(string field) => Errors.Where(e => e.Field == field);

    /// <summary>Reads it, and what there is to choose from; what cannot be read is typed.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (!MayChange)
        {
            return;
        }

        await Home.LoadAsync(async () => await registration.GetAsync(scope, cancellationToken));
        Images = await ListAsync(() => offer.ListImagesAsync(scope, cancellationToken));
        Flavors = await ListAsync(() => offer.ListFlavorsAsync(scope, cancellationToken));
        Networks = await ListAsync(() => offer.ListNetworksAsync(scope, cancellationToken));
    }

    /// <summary>Begins to make one; gives the plan, or null when something is to be corrected.</summary>
    public Task<Plan?> CreateAsync()
    {
        _isTried = true;
        return PlanAsync(() => registration.CreateAsync(scope, Spec, CancellationToken.None));
    }

    /// <summary>Begins an upgrade of the stack that is there.</summary>
    public Task<Plan?> UpgradeAsync(string image, string flavor, string typedName) => PlanAsync(() => registration.UpgradeAsync(scope, image, flavor, typedName, CancellationToken.None));

    /// <summary>Begins to delete the stack.</summary>
    public Task<Plan?> DeleteAsync(string typedName) => PlanAsync(() => registration.DeleteAsync(scope, typedName, CancellationToken.None));

    /// <summary>Tests the existing Harbor and registers it; <paramref name="changed"/> is told of each check.</summary>
    public async Task RegisterAsync(Action changed, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _told.Clear();
        }

        Registered = null;
        await ActAsync(async () =>
        {
            Registered = await registration.RegisterAsync(scope, Existing, Told, cancellationToken);
            return true;
        });
        if (Registered is { IsRegistered: true })
        {
            Existing = Existing with { Password = "" };
        }

        await Home.LoadAsync(async () => await registration.GetAsync(scope, cancellationToken));

        void Told(CheckResult result)
        {
            lock (_gate)
            {
                _told.Add(result);
            }

            changed();
        }
    }

    /// <summary>Forgets the existing Harbor; gives whether it was done.</summary>
    public async Task<bool> ForgetAsync(string typedHost)
    {
        var done = await ActAsync(async () =>
        {
            await registration.ForgetAsync(scope, typedHost, CancellationToken.None);
            return true;
        });
        await Home.LoadAsync(async () => await registration.GetAsync(scope, CancellationToken.None));
        return done;
    }

    private async Task<Plan?> PlanAsync(Func<Task<Plan>> start)
    {
        Plan? plan = null;
        await ActAsync(async () => (plan = await start()) is not null);
        return plan;
    }

    private async Task<bool> ActAsync(Func<Task<bool>> act)
    {
        (Errors, WhyNot, Refused, IsBusy) = ([], null, null, true);
        try
        {
            return await act();
        }
        catch (ClusterInvalidException e)
        {
            Errors = e.Errors;
        }
        catch (ClusterActionException e)
        {
            WhyNot = e.WhyNot;
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        catch (Exception e) when (e is BackendException or ForbiddenException or SubjectLockedException)
        {
            Refused = e;
        }
        finally
        {
            IsBusy = false;
        }

        return false;
    }

    private static async Task<IReadOnlyList<T>?> ListAsync<T>(Func<Task<IReadOnlyList<T>>> read)
    {
        try
        {
            return await read();
        }
        catch (BackendException)
        {
            return null;
        }
    }
}
