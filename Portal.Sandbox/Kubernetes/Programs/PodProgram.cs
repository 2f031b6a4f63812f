namespace Portal.Sandbox.Kubernetes.Programs;

/// <summary>An HTTP request that reaches a program in a pod. The API server's proxy takes the Authorization header away; a forwarded port does not.</summary>
/// <param name="Method">Method.</param>
/// <param name="Path">Path without query.</param>
/// <param name="Query">Query without the question mark.</param>
/// <param name="Headers">Headers by name, any case.</param>
/// <param name="Body">Body, may be empty.</param>
internal sealed record PodQuestion(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Gets a parameter of the query (or of a form in the body), or null.</summary>
    public string? Parameter(string name)
    {
        var form = Method == "POST" ? System.Text.Encoding.UTF8.GetString(Body) : string.Empty;
        foreach (var part in $"{Query}&{form}".Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            if (Uri.UnescapeDataString(pair[0]) == name)
            {
                return pair.Length > 1 ? Uri.UnescapeDataString(pair[1].Replace('+', ' ')) : string.Empty;
            }
        }

        return null;
    }
}

/// <summary>What a program answers.</summary>
internal sealed record PodAnswer(int Status, string ContentType, byte[] Body)
{
    /// <summary>Gets further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public PodAnswer With(string header, string value) => this with { Headers = [.. Headers, KeyValuePair.Create(header, value)] };

    public static PodAnswer Text(int status, string text) => new(status, "text/plain; charset=utf-8", System.Text.Encoding.UTF8.GetBytes(text));

    public static PodAnswer Json(int status, System.Text.Json.Nodes.JsonNode json) => new(status, "application/json", Api.Output.Bytes(json));
}

/// <summary>Where a program runs.</summary>
/// <param name="Cluster">Its cluster.</param>
/// <param name="Namespace">Namespace of the pod.</param>
/// <param name="Pod">Name of the pod.</param>
internal sealed record PodPlace(KubeCluster Cluster, string Namespace, string Pod);

/// <summary>A simulated program: answers one request.</summary>
internal delegate PodAnswer PodProgram(PodPlace place, PodQuestion question);

/// <summary>A simulated program that speaks packets with their length before them, as a name server over TCP: answers one.</summary>
internal delegate byte[] PodTalk(PodPlace place, byte[] question);

/// <summary>Shared by the Kubernetes part: which programs run in pods, by the name of their image and the port they listen on.</summary>
internal interface IPodPrograms
{
    /// <summary>Says what listens on <paramref name="port"/> in containers whose image is called <paramref name="image"/> (without registry, path and tag).</summary>
    /// <remarks><paramref name="listens"/> says whether it listens already; null: always.</remarks>
    void Add(string image, int port, PodProgram program, Func<PodPlace, bool>? listens = null);

    /// <summary>Gives what runs in such containers on that port, or null.</summary>
    PodProgram? Find(string image, int port);

    /// <summary>Says what speaks packets on a port.</summary>
    void AddTalk(string image, int port, PodTalk talk);

    /// <summary>Gives what speaks packets on a port, or null.</summary>
    PodTalk? FindTalk(string image, int port);

    /// <summary>Says whether it listens by now.</summary>
    bool Listens(string image, int port, PodPlace place);
}

/// <summary>The programs known.</summary>
internal sealed class PodPrograms : IPodPrograms
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(string Image, int Port), (PodProgram Program, Func<PodPlace, bool>? Listens)> known = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(string Image, int Port), PodTalk> talks = new();

    public void Add(string image, int port, PodProgram program, Func<PodPlace, bool>? listens = null) => known[(image, port)] = (program, listens);

    public PodProgram? Find(string image, int port) => known.GetValueOrDefault((image, port)).Program;

    public bool Listens(string image, int port, PodPlace place) => known.TryGetValue((image, port), out var one) && (one.Listens is null || one.Listens(place));

    public void AddTalk(string image, int port, PodTalk talk) => talks[(image, port)] = talk;

    public PodTalk? FindTalk(string image, int port) => talks.GetValueOrDefault((image, port));
}
