using System.Text.RegularExpressions;
using Portal.Tests.Support;

namespace Portal.Tests.Hosting;

/// <summary>What a browser that knows nothing is sent before it sees a page.</summary>
public sealed partial class StaticAssetTests
{
    private const int Most = 400 * 1024;

    [Fact]
    public async Task FilesOfAPage_AreSentCompressed_AndStaySmall()
    {
        await using var host = await PortalHost.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(host.Url) };
        var document = await http.GetStringAsync(new Uri("/signed-out", UriKind.Relative));
        var files = FileOfThePage().Matches(document).Select(m => m.Groups[1].Value).Distinct().ToList();
        var sizes = new Dictionary<string, long>();
        foreach (var file in files)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, file);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, br");
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            sizes[file] = (await answer.Content.ReadAsByteArrayAsync()).LongLength;
        }

        var all = string.Join('\n', sizes.Select(s => $"{s.Key} {s.Value}"));
        Assert.True(files.Count >= 7, all);
        Assert.True(sizes.Values.Sum() < Most, $"{sizes.Values.Sum()} bytes of at most {Most}:\n{all}");
    }

    [GeneratedRegex("(?:href|src)=\"((?:lib|_content|_framework)/[^\"]+)\"")]
    private static partial Regex FileOfThePage();
}
