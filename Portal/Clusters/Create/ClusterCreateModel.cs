using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters;

namespace Portal.Clusters.Create;

/// <summary>The wizard: what was typed, what is to be corrected, what it would take.</summary>
public sealed class ClusterCreateModel(IClusterService clusters, IClusterOffer choices, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(350);
    private readonly HashSet<string> _touched = [];
    private readonly HashSet<CreateStep> _tried = [];
    private CancellationTokenSource? _check;
    private ClusterSpec? _checked;
    private string _defaultProfile = "";

    /// <summary>Gets what was typed.</summary>
    public ClusterDraft Draft { get; private set; } = ClusterDraft.Read(null);

    /// <summary>Gets what can be chosen.</summary>
    public CreateOffer Offer { get; } = new();

    /// <summary>Gets the last check, or null before the first.</summary>
    public ClusterCheck? Check { get; private set; }

    /// <summary>Gets why the check or the creation failed as a whole, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets whether Magnum is being asked to create.</summary>
    public bool IsCreating { get; private set; }

    /// <summary>Gets whether a step waits for the check of what was typed last.</summary>
    public bool IsMoving { get; private set; }

    /// <summary>Gets the form.</summary>
    public ClusterSpec Spec => Draft.Spec;

    /// <summary>Gets the chosen template, or null.</summary>
    public ClusterTemplate? Template => Offer.Templates?.FirstOrDefault(t => t.Id == Spec.TemplateId);

    /// <summary>Gets what could not be fitted into the project's room.</summary>
    public IReadOnlyList<QuotaNeed> TooMuch => Check?.Needs.Where(n => n.Fits == false).ToList() ?? [];

    /// <summary>Begins with what was kept, and asks for the choices.</summary>
    public async Task LoadAsync(Scope scope, string? kept, string defaultProfile, CancellationToken cancellationToken)
    {
        _defaultProfile = defaultProfile;
        Draft = kept is null ? Empty() : ClusterDraft.Read(kept);
        await Offer.LoadAsync(choices, scope, cancellationToken);
        await CheckAsync(scope, cancellationToken);
    }

    /// <summary>Gets whether there is anything to forget.</summary>
    public bool IsBegun => Spec.TemplateId.Length > 0 || Spec.Name.Length > 0;

    /// <summary>Forgets what was typed; another cluster than the one that may have been asked for already.</summary>
    public async Task StartAnewAsync(Scope scope, CancellationToken cancellationToken)
    {
        Draft = Empty();
        _touched.Clear();
        _tried.Clear();
        await CheckLastAsync(scope, TimeSpan.Zero, cancellationToken);
    }

    /// <summary>Gives what is to be corrected in a field, once the person has been there.</summary>
    public IEnumerable<FieldError> ErrorsOf(string field) =>
        Check?.Errors.Where(e => e.Field == field && (e.IsWarning ? Spec.Name.Length > 0 : IsShown(field))) ?? [];

    /// <summary>Gets whether a field has something to correct that is shown.</summary>
    public bool IsWrong(string field) => ErrorsOf(field).Any(e => !e.IsWarning);

    /// <summary>Gives how many things are to be corrected on a step.</summary>
    public int WrongOn(CreateStep step) => Check?.Errors.Count(e => !e.IsWarning && CreateFields.StepOf(e.Field) == step) ?? 0;

    /// <summary>Gets whether the step was pressed through with something to correct.</summary>
    public bool WasTried(CreateStep step) => _tried.Contains(step);

    /// <summary>Changes the form; a field that was touched shows what is to be corrected.</summary>
    public void Change(string field, ClusterSpec spec)
    {
        _touched.Add(field);
        Draft = Draft with { Spec = spec };
    }

    /// <summary>Checks after the first pause of typing; gives false when more was typed meanwhile.</summary>
    public Task<bool> CheckSoonAsync(Scope scope, CancellationToken cancellationToken) => CheckLastAsync(scope, Pause, cancellationToken);

    /// <summary>
    /// Goes to a step once what was typed last is checked: a hand that is quicker than the check is neither held back by an
    /// old finding nor let through to a later step with a new one.
    /// </summary>
    public async Task<bool> GoToCheckedAsync(Scope scope, CreateStep step, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(_checked, Spec) && step > Draft.Step)
        {
            IsMoving = true;
            try
            {
                await CheckLastAsync(scope, TimeSpan.Zero, cancellationToken);
            }
            finally
            {
                IsMoving = false;
            }
        }

        return (ReferenceEquals(_checked, Spec) || step <= Draft.Step) && GoTo(step);
    }

    /// <summary>Goes to a step; to a later one only over steps without anything to correct. Gives false when it stayed.</summary>
    public bool GoTo(CreateStep step)
    {
        for (var before = CreateStep.Template; before < step; before++)
        {
            if (WrongOn(before) > 0)
            {
                _tried.Add(before);
                Draft = Draft with { Step = before };
                return false;
            }
        }

        Draft = Draft with { Step = step };
        return true;
    }

    /// <summary>Asks Magnum to create it; null when something is to be corrected.</summary>
    public async Task<CreatedCluster?> CreateAsync(Scope scope, CancellationToken cancellationToken)
    {
        IsCreating = true;
        Failure = null;
        try
        {
            return await clusters.CreateAsync(scope, Spec, Draft.IntentId, cancellationToken);
        }
        catch (ClusterInvalidException invalid)
        {
            Show(invalid.Errors);
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException or ClusterActionException)
        {
            Failure = failure;
        }
        finally
        {
            IsCreating = false;
        }

        return null;
    }

    /// <summary>Keeps a public key of the person as a key pair, and chooses it.</summary>
    public async Task ImportAsync(Scope scope, string name, string publicKey, CancellationToken cancellationToken)
    {
        try
        {
            var made = await choices.ImportKeypairAsync(scope, name, publicKey, cancellationToken);
            Offer.Keypairs = [.. Offer.Keypairs.Where(k => k.Name != made.Name), made];
            Change(nameof(ClusterSpec.Keypair), Spec with { Keypair = made.Name });
            await CheckAsync(scope, cancellationToken);
        }
        catch (ClusterInvalidException invalid)
        {
            Show(invalid.Errors);
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Failure = failure;
        }
    }

    // One check at a time: a later one ends the one before it.
    private async Task<bool> CheckLastAsync(Scope scope, TimeSpan pause, CancellationToken cancellationToken)
    {
        var previous = _check;
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _check = mine;
        if (previous is not null)
        {
            await CancelAsync(previous);
        }

        try
        {
            await Task.Delay(pause, time, mine.Token);
            await CheckAsync(scope, mine.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            _check = _check == mine ? null : _check;
        }
    }

    private async Task CheckAsync(Scope scope, CancellationToken cancellationToken)
    {
        var spec = Spec;
        try
        {
            Check = await clusters.CheckAsync(scope, spec, cancellationToken);
            _checked = spec;
            Failure = null;
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Failure = failure;
        }
    }

    // Magnum's own refusals stand at their field, on the step where that is.
    private void Show(ImmutableArray<FieldError> errors)
    {
        Check = new ClusterCheck(errors, Check?.Needs ?? [], Check?.Missing ?? []);
        foreach (var error in errors)
        {
            _touched.Add(error.Field);
        }

        var first = errors.Where(e => !e.IsWarning).Select(e => CreateFields.StepOf(e.Field)).DefaultIfEmpty(CreateStep.Review).Min();
        _tried.Add(first);
        Draft = Draft with { Step = first };
    }

    private ClusterDraft Empty() => ClusterDraft.Read(null) with { Spec = new ClusterSpec { Profile = _defaultProfile } };

    private bool IsShown(string field) => _touched.Contains(field) || _tried.Contains(CreateFields.StepOf(field));

    private static async Task CancelAsync(CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // That check has ended.
        }
    }
}
