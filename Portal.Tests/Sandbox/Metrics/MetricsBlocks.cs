using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Portal.Sandbox.Prometheus;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Tests.Sandbox.Metrics;

/// <summary>The metrics data set as Prometheus keeps it (blocks of its time series database, packed), read into memory.</summary>
internal sealed class MetricsBlocks : ISeriesCatalog
{
    private readonly List<SampleSeries> series;

    private MetricsBlocks(List<SampleSeries> series) => this.series = series;

    /// <summary>Reads a packed folder of blocks.</summary>
    public static MetricsBlocks Read(string packed)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using (var reader = new TarReader(new GZipStream(File.OpenRead(packed), CompressionMode.Decompress)))
        {
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is { } data)
                {
                    using var copy = new MemoryStream();
                    data.CopyTo(copy);
                    files[entry.Name.Replace("./", string.Empty, StringComparison.Ordinal)] = copy.ToArray();
                }
            }
        }

        var found = new Dictionary<LabelSet, (List<long> Times, List<double> Values)>();
        foreach (var folder in files.Keys.Where(k => k.EndsWith("/index", StringComparison.Ordinal)).Select(k => k[..^"/index".Length]).Order(StringComparer.Ordinal))
        {
            var segments = files.Where(f => f.Key.StartsWith(folder + "/chunks/", StringComparison.Ordinal)).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value).ToList();
            Block(files[folder + "/index"], segments, found);
        }

        return new MetricsBlocks([.. found.Select(f => Sorted(f.Key, f.Value.Times, f.Value.Values))]);
    }

    public IEnumerable<SampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, long from, long to) => series.Where(s => matchers.All(m => m.Matches(s.Labels))).Select(s =>
    {
        var (low, high) = (First(s.Times, from), First(s.Times, to + 1));
        return new SampleSeries(s.Labels, s.Times[low..high], s.Values[low..high]);
    });

    public IEnumerable<LabelSet> Labels(IReadOnlyList<LabelMatcher> matchers, long from, long to) => Select(matchers, from, to).Where(s => s.Times.Length > 0).Select(s => s.Labels);

    private static int First(long[] times, long time)
    {
        var at = Array.BinarySearch(times, time);
        return at < 0 ? ~at : at;
    }

    private static SampleSeries Sorted(LabelSet labels, List<long> times, List<double> values)
    {
        var (keys, sorted) = (times.ToArray(), values.ToArray());
        Array.Sort(keys, sorted);
        return new SampleSeries(labels, keys, sorted);
    }

    private static void Block(byte[] index, List<byte[]> segments, Dictionary<LabelSet, (List<long> Times, List<double> Values)> found)
    {
        var toc = index.AsSpan(index.Length - 52);
        long Section(int number) => BinaryPrimitives.ReadInt64BigEndian(index.AsSpan(index.Length - 52 + (number * 8)));
        _ = toc;
        var symbols = Symbols(index, (int)Section(0));
        var end = new[] { Section(2), Section(3), Section(4), Section(5) }.Where(s => s > 0).Min();
        for (var at = (int)Section(1); at < end;)
        {
            at = (at + 15) / 16 * 16;
            if (at >= end)
            {
                break;
            }

            var cursor = new Cursor(index, at);
            var length = (int)cursor.Unsigned();
            var next = cursor.At + length + 4;
            One(cursor, symbols, segments, found);
            at = next;
        }
    }

    private static string[] Symbols(byte[] index, int at)
    {
        var count = BinaryPrimitives.ReadInt32BigEndian(index.AsSpan(at + 4));
        var cursor = new Cursor(index, at + 8);
        return [.. Enumerable.Range(0, count).Select(_ => cursor.Text())];
    }

    private static void One(Cursor cursor, string[] symbols, List<byte[]> segments, Dictionary<LabelSet, (List<long> Times, List<double> Values)> found)
    {
        var labels = LabelSet.Of(Enumerable.Range(0, (int)cursor.Unsigned()).Select(_ => KeyValuePair.Create(symbols[cursor.Unsigned()], symbols[cursor.Unsigned()])).ToList());
        if (!found.TryGetValue(labels, out var samples))
        {
            found[labels] = samples = ([], []);
        }

        var (chunks, last, reference) = ((int)cursor.Unsigned(), 0L, 0L);
        for (var i = 0; i < chunks; i++)
        {
            var begin = i == 0 ? cursor.Signed() : last + (long)cursor.Unsigned();
            last = begin + (long)cursor.Unsigned();
            reference = i == 0 ? (long)cursor.Unsigned() : reference + cursor.Signed();
            var chunk = new Cursor(segments[(int)(reference >> 32)], (int)(reference & 0xffffffff));
            var length = (int)chunk.Unsigned();
            Chunk(new Bits(chunk.Data, chunk.At + 1, length), samples.Times, samples.Values);
        }
    }

    // XOR chunks: the first sample whole, then deltas of deltas and the bits in which values differ.
    private static void Chunk(Bits bits, List<long> times, List<double> values)
    {
        var count = (int)bits.Read(16);
        var (time, delta, leading, trailing) = (bits.Signed(), 0L, 0, 0);
        var value = bits.Read(64);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                delta = i == 1 ? (long)bits.Unsigned() : delta + DeltaOfDelta(bits);
                time += delta;
                if (bits.Read(1) == 1)
                {
                    if (bits.Read(1) == 1)
                    {
                        leading = (int)bits.Read(5);
                        var meaning = (int)bits.Read(6);
                        trailing = 64 - leading - (meaning == 0 ? 64 : meaning);
                    }

                    value ^= bits.Read(64 - leading - trailing) << trailing;
                }
            }

            times.Add(time);
            values.Add(BitConverter.UInt64BitsToDouble(value));
        }
    }

    private static long DeltaOfDelta(Bits bits)
    {
        var size = bits.Read(1) == 0 ? 0 : bits.Read(1) == 0 ? 14 : bits.Read(1) == 0 ? 17 : bits.Read(1) == 0 ? 20 : 64;
        if (size == 0)
        {
            return 0;
        }

        var raw = (long)bits.Read(size);
        return size < 64 && raw > 1L << (size - 1) ? raw - (1L << size) : raw;
    }

    private sealed class Cursor(byte[] data, int at)
    {
        public byte[] Data => data;

        public int At { get; private set; } = at;

        public ulong Unsigned()
        {
            var (value, shift) = (0UL, 0);
            while (true)
            {
                var octet = data[At++];
                value |= (ulong)(octet & 0x7f) << shift;
                if (octet < 0x80)
                {
                    return value;
                }

                shift += 7;
            }
        }

        public long Signed()
        {
            var value = Unsigned();
            return (long)(value >> 1) ^ -(long)(value & 1);
        }

        public string Text()
        {
            var length = (int)Unsigned();
            At += length;
            return Encoding.UTF8.GetString(data, At - length, length);
        }
    }

    private sealed class Bits(byte[] data, int at, int length)
    {
        private long position = (long)at * 8;

        public ulong Read(int count)
        {
            var value = 0UL;
            for (var i = 0; i < count; i++, position++)
            {
                value = (value << 1) | ((uint)(data[position >> 3] >> (int)(7 - (position & 7))) & 1);
            }

            _ = length;
            return value;
        }

        public ulong Unsigned()
        {
            var (value, shift) = (0UL, 0);
            while (true)
            {
                var octet = Read(8);
                value |= (octet & 0x7f) << shift;
                if (octet < 0x80)
                {
                    return value;
                }

                shift += 7;
            }
        }

        public long Signed()
        {
            var value = Unsigned();
            return (long)(value >> 1) ^ -(long)(value & 1);
        }
    }
}
