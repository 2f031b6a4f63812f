namespace Portal.Sandbox.Prometheus.Series;

/// <summary>A figure that moves around 1 as load does: a day, some shorter swings, and noise, all from a seed. Its integral is known, so that counters need no memory.</summary>
internal readonly struct Wave
{
    private const double Epoch = 1_700_000_000;
    private const double Day = 86_400;
    private const double Noise = 3.5;
    private readonly ulong seed;
    private readonly double depth;
    private readonly double first;
    private readonly double second;
    private readonly double phase;

    public Wave(string seed, double depth = 0.3)
    {
        this.seed = Hash(seed);
        this.depth = depth;
        first = 1500 + (4000 * Unit(this.seed, 1));
        second = 300 + (700 * Unit(this.seed, 2));
        phase = 2 * Math.PI * Unit(this.seed, 3);
    }

    /// <summary>Gives an even number from 0 to 1 for a text and a purpose.</summary>
    public static double Chance(string seed, int purpose) => Unit(Hash(seed), (ulong)purpose);

    /// <summary>Gives the figure at a time (seconds since 1970), between about 0.3 and 1.7.</summary>
    public double At(double time)
    {
        var t = time - Epoch;
        return 1 + (depth * Math.Sin((2 * Math.PI * (t - DayShift) / Day) + (phase * 0.1))) + (0.12 * Math.Sin((2 * Math.PI * t / first) + phase)) + (0.08 * Math.Sin((2 * Math.PI * t / second) + phase)) + (0.06 * (Rough(t) - 0.5));
    }

    /// <summary>Gives the integral of the figure from some beginning up to a time, in seconds. It never falls.</summary>
    public double Total(double time)
    {
        var t = time - Epoch;
        return t - (depth * Day / (2 * Math.PI) * Math.Cos((2 * Math.PI * (t - DayShift) / Day) + (phase * 0.1)))
            - (0.12 * first / (2 * Math.PI) * Math.Cos((2 * Math.PI * t / first) + phase))
            - (0.08 * second / (2 * Math.PI) * Math.Cos((2 * Math.PI * t / second) + phase))
            + (Noise * Rough(t));
    }

    // The epoch lies at 22:13 UTC; the day is busiest at about 14:00.
    private static double DayShift => 35_200;

    private double Rough(double t)
    {
        var slot = Math.Floor(t / 60);
        var part = (t / 60) - slot;
        return (Unit(seed, (ulong)(long)slot) * (1 - part)) + (Unit(seed, (ulong)(long)(slot + 1)) * part);
    }

    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = unchecked((hash ^ c) * 1099511628211UL);
        }

        return hash;
    }

    private static double Unit(ulong seed, ulong number)
    {
        unchecked
        {
            var z = (seed ^ (number * 0x2545F4914F6CDD1DUL)) + 0x9e3779b97f4a7c15UL;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
            return (z ^ (z >> 31)) / 18446744073709551616.0;
        }
    }
}
