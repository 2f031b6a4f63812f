using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Registry.Settings;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>What is kept of the project's images, and what a person changes of it.</summary>
public sealed class RetentionModel(IImageRetention retention, Scope scope)
{
    private readonly Asking _asking = new();

    /// <summary>Happens when something of it is another; several parts of the page show it.</summary>
    public event Action? Changed;

    /// <summary>Gets the rules, or a value of null while there are none.</summary>
    public Loadable<Retention> Rules { get; } = new();

    /// <summary>Gets or sets by what the new rule keeps.</summary>
    public KeepBy By { get; set; }

    /// <summary>Gets or sets how many, as typed.</summary>
    public string Count { get; set; } = "10";

    /// <summary>Gets or sets the repositories of the new rule.</summary>
    public string Repositories { get; set; } = RegistryPattern.All;

    /// <summary>Gets or sets the tags of the new rule.</summary>
    public string Tags { get; set; } = RegistryPattern.All;

    /// <summary>Gets or sets whether the new rule looks at what has no tag.</summary>
    public bool WithUntagged { get; set; } = true;

    /// <summary>Gets whether the form was sent as it is, so that what is wrong in it is told.</summary>
    public bool IsChecked { get; private set; }

    /// <summary>Gets the last run that was asked for here, or null.</summary>
    public RetentionRun? Run { get; private set; }

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets whether Harbor is being asked.</summary>
    public bool IsBusy => _asking.IsBusy;

    /// <summary>Gets whether the person may change them.</summary>
    public bool MayChange => scope.Can(Capability.Write);

    /// <summary>Gets what is wrong with the number, or null.</summary>
    public string? CountWrong => By is KeepBy.Always || CountOf is >= 1 and <= 100_000 ? null : ImageSettingsText.CountWrong;

    /// <summary>Gets how many images the last try would delete, or null when the rules as they are were not tried.</summary>
    public int? WouldDelete => Run is { IsTrial: true, IsEnded: true } run ? Deleted(run) : null;

    private int? CountOf => int.TryParse(Count, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    /// <summary>Gives how many images a run deleted, or would.</summary>
    public static int Deleted(RetentionRun run) => run.Repositories.Sum(r => r.Total - r.Kept);

    /// <summary>Loads them.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => Rules.LoadAsync(() => retention.FindAsync(scope, cancellationToken));

    /// <summary>Forgets what was refused, before a dialog opens.</summary>
    public void Begin() => _asking.Begin();

    /// <summary>Adds the rule of the form, when it is filled in rightly.</summary>
    public async Task AddAsync(CancellationToken cancellationToken)
    {
        (Repositories, Tags, Count) = (Repositories.Trim(), Tags.Trim(), Count.Trim());
        IsChecked = true;
        if (SettingsModel.WrongOf(Repositories) is not null || SettingsModel.WrongOf(Tags) is not null || CountWrong is not null)
        {
            return;
        }

        var rule = new KeepRule(By, By is KeepBy.Always ? 0 : CountOf!.Value, Repositories, Tags, WithUntagged);
        if (await AskAsync(() => retention.AddAsync(scope, rule, cancellationToken)))
        {
            (Repositories, Tags, IsChecked, Run) = (RegistryPattern.All, RegistryPattern.All, false, null);
            await LoadAsync(cancellationToken);
            Changed?.Invoke();
        }
    }

    /// <summary>Takes a rule away.</summary>
    public async Task RemoveAsync(KeepRule rule, CancellationToken cancellationToken)
    {
        await AskAsync(() => retention.RemoveAsync(scope, rule, cancellationToken));
        Run = null;
        await LoadAsync(cancellationToken);
    }

    /// <summary>Says when the rules are run.</summary>
    public async Task SetScheduleAsync(RetentionSchedule schedule, CancellationToken cancellationToken)
    {
        await AskAsync(() => retention.SetScheduleAsync(scope, schedule, cancellationToken));
        await LoadAsync(cancellationToken);
    }

    /// <summary>Runs the rules; gives whether it was done.</summary>
    public Task<bool> RunAsync(bool isTrial, CancellationToken cancellationToken) =>
        AskAsync(async () => Run = await retention.RunAsync(scope, isTrial, cancellationToken));

    private async Task<bool> AskAsync(Func<Task> ask)
    {
        var done = await _asking.RunAsync(ask);
        Changed?.Invoke();
        return done;
    }
}
