namespace Portal.Tests.Bench;

/// <summary>
/// What a thousand calm clusters cost the portal a round: looking into each one's API (every object of every add-on of the
/// default profile), and one listing of Magnum's. Processor time of the portal's process alone; the thousand are one
/// cluster of the sandbox under a thousand ids, each with a connection of its own.
/// </summary>
internal static class CalmBench
{
    private const int Clusters = 1000;

    public static async Task RunAsync(int runs)
    {
        await using var world = await BenchWorld.MakeAsync();
        await world.CopyAccessAsync(Clusters - 1);
        await world.StartPortalAsync("--Portal:Addons:PollEvery=1.00:00:00");
        var table = new BenchTable($"{Clusters} calm clusters, processor time of one round");

        // The first round makes the connections: a TLS handshake for each cluster.
        table.Add("the first look into all, with a handshake each", await world.AskAsync("look"));
        table.Add("a look into all", await TimesAsync(world, "look", runs));
        table.Add("one listing of Magnum's", await TimesAsync(world, "poll", runs));
        table.Print();
    }

    private static async Task<double[]> TimesAsync(BenchWorld world, string what, int runs)
    {
        var times = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            times.Add((await world.AskAsync(what))[0]);
        }

        return [.. times.Order()];
    }
}
