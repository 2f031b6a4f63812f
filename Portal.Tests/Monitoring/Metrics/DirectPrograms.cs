using System.Net;
using System.Text;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Tests.Monitoring.Metrics;

/// <summary>Prometheus by its address, or by a test's own words; remembers what it was asked.</summary>
internal sealed class DirectPrograms(Func<ProgramRequest, CancellationToken, Task<HttpResponseMessage?>> answer) : IClusterPrograms
{
    private readonly List<ProgramRequest> asked = [];

    public IReadOnlyList<ProgramRequest> Asked
    {
        get
        {
            lock (asked)
            {
                return [.. asked];
            }
        }
    }

    public static DirectPrograms At(HttpClient http) => new(async (request, stop) =>
    {
        using var message = new HttpRequestMessage(request.Method, new Uri(http.BaseAddress!, request.Path));
        message.Content = request.Body is { } body ? new StringContent(body, Encoding.UTF8, request.ContentType) : null;
        return await http.SendAsync(message, stop);
    });

    public static DirectPrograms Saying(int status, string body) => new((_, _) => Task.FromResult<HttpResponseMessage?>(Answer(status, body)));

    public static HttpResponseMessage Answer(int status, string body) => new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public Task<HttpResponseMessage?> SendAsync(ClusterKey cluster, Scope scope, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken) => SendAsPortalAsync(cluster, program, request, cancellationToken);

    public Task<HttpResponseMessage?> SendAsPortalAsync(ClusterKey cluster, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken)
    {
        lock (asked)
        {
            asked.Add(request);
        }

        return answer(request, cancellationToken);
    }
}
