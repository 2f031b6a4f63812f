namespace Portal.Development;

/// <summary>The words on the console of a first run.</summary>
internal static class DemoWelcome
{
    private static readonly (string User, string Who)[] Users =
    [
        ("dana", "developer: member of team-shop and team-lab; start here"),
        ("luca", "developer: member of team-shop only"),
        ("mei", "developer of another team: member of team-data"),
        ("noor", "auditor: reads team-shop and team-payments"),
        ("pavel", "platform team: administrator, and member of team-lab"),
        ("remy", "in no project"),
    ];

    /// <summary>Writes who can sign in, where, and four things to try.</summary>
    public static void Write(TextWriter output, string password, IReadOnlyDictionary<string, string> addresses)
    {
        output.WriteLine($"It runs on a sandbox, a simulated cloud (control: {addresses.GetValueOrDefault("control")}). Sign in with password {password} as");
        foreach (var (user, who) in Users)
        {
            output.WriteLine($"  {user,-6} {who}");
        }

        output.WriteLine("Four things to try:");
        output.WriteLine("  1. Sign in as dana, choose team-shop, and create a cluster.");
        output.WriteLine("  2. Watch its initialisation become a platform, step by step.");
        output.WriteLine("  3. Look at Charts, Logs and Alerts of shop-prod, which is being initialised now: checkout got a bad release ten minutes ago.");
        output.WriteLine("  4. Sign in as noor in a private window: the same cluster, and nothing that can be changed.");
    }
}
