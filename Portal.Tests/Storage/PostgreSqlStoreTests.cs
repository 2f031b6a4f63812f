using Portal.Core.Storage;
using Portal.Core.Storage.PostgreSql;

namespace Portal.Tests.Storage;

[Trait("lane", "real")]
public sealed class PostgreSqlStoreTests(PostgreSqlCluster cluster) : DocumentStoreTests, IClassFixture<PostgreSqlCluster>
{
    private string? connectionString;

    private protected override async Task<IDocumentHome?> NewHomeAsync()
    {
        connectionString = await cluster.NewDatabaseAsync();
        return connectionString is null ? null : new PostgreSqlHome(connectionString + ";Maximum Pool Size=10");
    }

    [SkippableFact]
    public async Task ManyReplicas_StartTogether_MakeOneSchema()
    {
        Skip.If(connectionString is null, "PostgreSQL is not installed.");
        var fresh = await cluster.NewDatabaseAsync();
        var homes = Enumerable.Range(0, 5).Select(_ => new PostgreSqlHome(fresh!)).ToArray();

        await Task.WhenAll(homes.Select(h => h.OpenAsync(default)));
        await new DocumentStore(homes[0]).PutAsync(Note.Type, "1", new Note { Text = "seen" }, 0, default);

        Assert.Equal("seen", (await new DocumentStore(homes[4]).FindAsync(Note.Type, "1", default))!.Value.Text);
        foreach (var home in homes)
        {
            await home.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task NoServer_IsOneSentenceWithoutTheSecret()
    {
        Skip.If(connectionString is null, "PostgreSQL is not installed.");
        await using var home = new PostgreSqlHome("Host=/nonexistent;Username=portal;Password=canary-pw;Timeout=2");

        var e = await Assert.ThrowsAsync<StorageException>(() => home.OpenAsync(default));
        Assert.Contains("Portal:Storage:ConnectionString", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", e.ToString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task NewerDatabase_IsRefused()
    {
        Skip.If(connectionString is null, "PostgreSQL is not installed.");
        await using var source = Npgsql.NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("UPDATE storage_version SET version = 99");
        await command.ExecuteNonQueryAsync();
        await using var home = new PostgreSqlHome(connectionString);

        Assert.Contains("newer version", (await Assert.ThrowsAsync<StorageException>(() => home.OpenAsync(default))).Message, StringComparison.Ordinal);
    }
}
