using Portal.Core.Backends;
using Portal.Core.Registry.Settings;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>How the project's place in Harbor is set, and what a person changes of it.</summary>
public sealed class SettingsModel(IImageSettings settings, Scope scope)
{
    private readonly Asking _asking = new();

    /// <summary>Happens when something of it is another; several parts of the page show it.</summary>
    public event Action? Changed;

    /// <summary>Gets the settings.</summary>
    public Loadable<ImageSettings> Settings { get; } = new();

    /// <summary>Gets or sets the scanning that the form shows.</summary>
    public ScanSettings Scanning { get; set; } = new(false, null);

    /// <summary>Gets or sets the repositories of the tags to protect.</summary>
    public string Repositories { get; set; } = RegistryPattern.All;

    /// <summary>Gets or sets the tags to protect.</summary>
    public string Tags { get; set; } = "";

    /// <summary>Gets whether the form for protected tags was sent as it is, so that what is wrong in it is told.</summary>
    public bool IsChecked { get; private set; }

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets which part of the page <see cref="Refused"/> and <see cref="IsSaved"/> are about.</summary>
    public SettingsPart Part { get; private set; }

    /// <summary>Gets whether the last thing asked was done.</summary>
    public bool IsSaved { get; private set; }

    /// <summary>Gets whether Harbor is being asked.</summary>
    public bool IsBusy => _asking.IsBusy;

    /// <summary>Gets whether the person may change them.</summary>
    public bool MayChange => scope.Can(Capability.Write);

    /// <summary>Gets whether the form for scanning differs from what is so.</summary>
    public bool IsScanningChanged => Settings.Value is { } now && now.Scanning != Scanning;

    /// <summary>Says what is wrong with a pattern, or null.</summary>
    public static string? WrongOf(string pattern) =>
        pattern.Length == 0 ? ImageSettingsText.PatternEmpty : RegistryPattern.IsValid(pattern) ? null : ImageSettingsText.PatternWrong;

    /// <summary>Loads them.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await Settings.LoadAsync(async () => await settings.GetAsync(scope, cancellationToken));
        Scanning = Settings.Value?.Scanning ?? Scanning;
    }

    /// <summary>Forgets what was refused, before a dialog opens.</summary>
    public void Begin()
    {
        _asking.Begin();
        IsSaved = false;
    }

    /// <summary>Makes the project public, or private; gives whether it was done.</summary>
    public Task<bool> SetPublicAsync(bool isPublic, CancellationToken cancellationToken) =>
        AskAsync(SettingsPart.Visibility, () => settings.SetPublicAsync(scope, isPublic, cancellationToken), cancellationToken);

    /// <summary>Saves the form for scanning.</summary>
    public Task<bool> SaveScanningAsync(CancellationToken cancellationToken) =>
        AskAsync(SettingsPart.Scanning, () => settings.SetScanningAsync(scope, Scanning, cancellationToken), cancellationToken);

    /// <summary>Protects the tags of the form, when it is filled in rightly.</summary>
    public async Task ProtectAsync(CancellationToken cancellationToken)
    {
        (Repositories, Tags) = (Repositories.Trim(), Tags.Trim());
        IsChecked = true;
        if (WrongOf(Repositories) is null && WrongOf(Tags) is null
            && await AskAsync(SettingsPart.Protection, () => settings.ProtectAsync(scope, new TagProtection(0, Repositories, Tags), cancellationToken), cancellationToken))
        {
            (Repositories, Tags, IsChecked) = (RegistryPattern.All, "", false);
        }
    }

    /// <summary>Takes a protection away.</summary>
    public Task<bool> UnprotectAsync(TagProtection protection, CancellationToken cancellationToken) =>
        AskAsync(SettingsPart.Protection, () => settings.UnprotectAsync(scope, protection.Id, cancellationToken), cancellationToken);

    private async Task<bool> AskAsync(SettingsPart part, Func<Task> ask, CancellationToken cancellationToken)
    {
        Part = part;
        IsSaved = false;
        IsSaved = await _asking.RunAsync(ask);
        if (!IsSaved)
        {
            return false;
        }

        await LoadAsync(cancellationToken);
        Changed?.Invoke();
        return true;
    }
}

/// <summary>Parts of the settings.</summary>
public enum SettingsPart
{
    /// <summary>Who may pull.</summary>
    Visibility,

    /// <summary>What is scanned.</summary>
    Scanning,

    /// <summary>Which tags are protected.</summary>
    Protection,
}
