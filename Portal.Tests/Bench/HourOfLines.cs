using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Kubernetes;
using Portal.Core.Logs.Containers;
using Portal.Tests.Logs;

namespace Portal.Tests.Bench;

/// <summary>A container that writes 1,000 lines a second for an hour, told as fast as is asked for, through the product's reader of containers' logs.</summary>
internal static class HourOfLines
{
    /// <summary>How many lines it writes.</summary>
    public const int Count = 3_600_000;

    /// <summary>Gives the reader over such a container.</summary>
    /// <param name="lines">How many lines there are.</param>
    /// <param name="allowed">How many of them may have been sent by now.</param>
    /// <param name="time">The reader's clock.</param>
    public static IContainerLogs Read(int lines, Func<long> allowed, TimeProvider time)
    {
        var api = DispatchProxy.Create<IKubernetesApi, OneLog>();
        ((OneLog)api).Wire = new LineStream(lines, allowed);
        var connector = DispatchProxy.Create<IClusterConnector, OneLog>();
        ((OneLog)connector).Api = api;
        return new ContainerLogs(connector, time);
    }

    /// <summary>A cluster that has one log and nothing else.</summary>
    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "The proxy is made as a class that derives from it.")]
    internal class OneLog : DispatchProxy
    {
        internal Stream? Wire { get; set; }

        internal IKubernetesApi? Api { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            nameof(IClusterConnector.AsPersonAsync) => Task.FromResult(Api!),
            nameof(IKubernetesApi.OpenLogAsync) => Task.FromResult(Wire!),
            nameof(IKubernetesApi.FindAsync) => Task.FromResult<JsonObject?>(new JsonObject { ["status"] = new JsonObject { ["phase"] = "Succeeded" } }),
            _ => throw new NotSupportedException(targetMethod.Name),
        };
    }

    /// <summary>A log of an hour. It goes on when it may, as a connection that is not read does.</summary>
    private sealed class LineStream(int lines, Func<long> allowed) : Stream
    {
        private byte[] rest = [];
        private int at;
        private int made;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (at == rest.Length)
            {
                while (made > allowed())
                {
                    await Task.Delay(1, cancellationToken);
                }

                (rest, at) = (Next(), 0);
            }

            var count = Math.Min(buffer.Length, rest.Length - at);
            rest.AsSpan(at, count).CopyTo(buffer.Span);
            at += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private byte[] Next()
        {
            var text = new StringBuilder();
            for (var end = Math.Min(lines, made + 200); made < end; made++)
            {
                text.Append(LogWorld.Now.AddMilliseconds(made).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture))
                    .Append(CultureInfo.InvariantCulture, $" level={(made % 50 == 0 ? "error" : "info")} n={made} msg=\"request served\" path=/api/orders status=200 took={made % 200}ms trace=4bf92f3577b34da6a3ce929d0e0e4736\n");
            }

            return Encoding.UTF8.GetBytes(text.ToString());
        }
    }
}
