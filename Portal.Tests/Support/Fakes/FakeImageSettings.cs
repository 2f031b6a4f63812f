using Portal.Core.Backends;
using Portal.Core.Registry;
using Portal.Core.Registry.Settings;

namespace Portal.Tests.Support.Fakes;

/// <summary>Settings of a project's images in memory.</summary>
internal sealed class FakeImageSettings : IImageSettings, IImageRetention
{
    public ImageSettings Settings { get; set; } = new("team-shop", "registry.example", false, 3, new ScanSettings(true, Severity.High), 40L << 30, 50L << 30)
    {
        MoreAt = "https://platform.example/storage",
        Protections = [new(7, "**", "release-*")],
    };

    public Retention? Rules { get; set; } = new(RetentionSchedule.Never, [new(KeepBy.LatestPushed, 10, "**", "**", true)]);

    public RetentionRun Outcome { get; set; } = new(true, true, [new("checkout", 10, 42)]);

    public List<string> Changes { get; } = [];

    public Exception? Failure { get; set; }

    public Task<ImageSettings> GetAsync(Scope scope, CancellationToken cancellationToken) => Failure is null ? Task.FromResult(Settings) : Task.FromException<ImageSettings>(Failure);

    public Task SetPublicAsync(Scope scope, bool isPublic, CancellationToken cancellationToken)
    {
        Settings = Settings with { IsPublic = isPublic };
        return Note(isPublic ? "public" : "private");
    }

    public Task SetScanningAsync(Scope scope, ScanSettings scanning, CancellationToken cancellationToken)
    {
        Settings = Settings with { Scanning = scanning };
        return Note($"scanning {scanning.OnPush} {scanning.BlockedFrom}");
    }

    public Task ProtectAsync(Scope scope, TagProtection protection, CancellationToken cancellationToken) => Note($"protect {protection.Repositories} {protection.Tags}");

    public Task UnprotectAsync(Scope scope, long id, CancellationToken cancellationToken) => Note($"unprotect {id}");

    public Task<Retention?> FindAsync(Scope scope, CancellationToken cancellationToken) => Failure is null ? Task.FromResult(Rules) : Task.FromException<Retention?>(Failure);

    public Task AddAsync(Scope scope, KeepRule rule, CancellationToken cancellationToken) => Note($"keep {rule.By} {rule.Count} {rule.Repositories} {rule.Tags} {rule.WithUntagged}");

    public Task RemoveAsync(Scope scope, KeepRule rule, CancellationToken cancellationToken) => Note($"remove {rule.By}");

    public Task SetScheduleAsync(Scope scope, RetentionSchedule schedule, CancellationToken cancellationToken) => Note($"schedule {schedule}");

    public Task<RetentionRun> RunAsync(Scope scope, bool isTrial, CancellationToken cancellationToken)
    {
        Changes.Add(isTrial ? "try" : "run");
        return Task.FromResult(Outcome with { IsTrial = isTrial });
    }

    private Task Note(string change)
    {
        Changes.Add(change);
        return Task.CompletedTask;
    }
}
