using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Registry;
using Portal.Tests.Mapping;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Bench;

/// <summary>The first page of 100,000 artifacts as the page asks for it, beside the same list asked for bare; and what is in memory while a hundred viewers hold it.</summary>
internal static class ImagesBench
{
    private const int Viewers = 100;

    public static async Task RunAsync(int runs)
    {
        await using var harbor = await BigHarbor.StartAsync();
        await using var room = new MappingRoom(harbor.Url);
        var scope = TestScopes.Fake(new Dictionary<string, string>(), (await BigHarbor.PlaceAsync(room)).ProjectId, [Capability.Read]);
        using var client = new HttpClient();
        var bare = $"{harbor.Url}/api/v2.0/projects/big/repositories/app-1/artifacts?page=1&page_size={ImageQuery.PageSize}";
        RepositoryModel New() => new(room.Get<IImageService>(), room.Get<IImagePushes>(), room.Get<IMappingService>(), scope, new("big", "app-1"));

        var table = new BenchTable("First page of 100,000 artifacts");
        await client.GetStringAsync(new Uri(bare));
        await New().LoadAsync(CancellationToken.None);
        var raw = await BenchTable.TimesAsync(runs * 10, () => client.GetStringAsync(new Uri(bare)));
        table.Add("the list alone, bare", raw);
        var page = await BenchTable.TimesAsync(runs * 10, () => New().LoadAsync(CancellationToken.None));
        table.Add("place, repository and list as the page loads them", page, FormattableString.Invariant($"{BenchTable.Median(page) / BenchTable.Median(raw):0.0} × bare"));

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var held = Enumerable.Range(0, Viewers).Select(_ => New()).ToList();
        foreach (var model in held)
        {
            await model.LoadAsync(CancellationToken.None);
        }

        var more = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(held);
        table.Print();
        Console.WriteLine(FormattableString.Invariant($"memory: {more / 1024.0 / Viewers:0} KB a viewer ({Viewers} of them)"));
    }
}
