using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Registry;
using Portal.Tests.Mapping;
using Portal.Tests.Support;

namespace Portal.Tests.Registry;

/// <summary>What the first page of a very large registry costs, in calls; in time and memory it is measured by <c>bench images</c>.</summary>
public sealed class ImageCostTests
{
    [Fact]
    public async Task FirstPage_OfAHundredThousand_TakesAtMostThreeCalls_AndNoMoreThanAPageIsAskedFor()
    {
        await using var harbor = await BigHarbor.StartAsync();
        await using var room = new MappingRoom(harbor.Url);
        var scope = TestScopes.Fake(new Dictionary<string, string>(), (await BigHarbor.PlaceAsync(room)).ProjectId, [Capability.Read]);

        var list = new ImagesModel(room.Get<IImageService>(), room.Get<IMappingService>(), scope);
        await list.FindPlaceAsync(CancellationToken.None);
        await list.LoadRepositoriesAsync(null, CancellationToken.None);
        Assert.Equal((ImageQuery.PageSize, BigHarbor.Count), (list.Repositories.Value!.Items.Length, list.Repositories.Value.Total));
        Assert.InRange(harbor.Asked.Count, 1, 3);
        var before = harbor.Asked.Count;

        var repository = new RepositoryModel(room.Get<IImageService>(), room.Get<IImagePushes>(), room.Get<IMappingService>(), scope, new("big", "app-1"));
        await repository.LoadAsync(CancellationToken.None);
        Assert.Equal((ImageQuery.PageSize, BigHarbor.Count), (repository.Artifacts.Value!.Items.Length, repository.Artifacts.Value.Total));
        Assert.InRange(harbor.Asked.Count - before, 1, 3);

        Assert.All(harbor.Asked.Where(a => a.Contains("page", StringComparison.Ordinal)), a => Assert.Contains("page_size=25", a, StringComparison.Ordinal));
    }
}
