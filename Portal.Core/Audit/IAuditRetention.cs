namespace Portal.Core.Audit;

/// <summary>Ends the life of old audit entries.</summary>
public interface IAuditRetention
{
    /// <summary>Deletes entries older than the configured retention; gives how many there were.</summary>
    Task<int> SweepAsync(CancellationToken cancellationToken);
}
