using System.IO.Compression;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus;

/// <summary>What the query API asks for beside samples.</summary>
internal interface ISeriesCatalog : ISampleSource
{
    /// <summary>Gives the labels of the series that match and have samples between two times (milliseconds).</summary>
    IEnumerable<LabelSet> Labels(IReadOnlyList<LabelMatcher> matchers, long from, long to);
}

/// <summary>The part of Prometheus's HTTP API that answers from samples alone.</summary>
internal sealed partial class QueryApi(ISeriesCatalog catalog, DateTimeOffset now, EngineOptions options)
{
    private const long Day = 86_400_000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Answers, or gives null for a path that is not of this part.</summary>
    public PodAnswer? Answer(PodQuestion question)
    {
        var path = question.Path.StartsWith("/api/v1/", StringComparison.Ordinal) ? question.Path["/api/v1/".Length..] : string.Empty;
        var handler = Handler(path);
        if (handler is null)
        {
            return null;
        }

        if (question.Method is not ("GET" or "POST") || (question.Method == "POST" && path.StartsWith("label/", StringComparison.Ordinal)))
        {
            return Refused(question, path.StartsWith("label/", StringComparison.Ordinal) ? "GET, OPTIONS" : path == "series" ? "DELETE, GET, OPTIONS, POST" : "GET, OPTIONS, POST");
        }

        try
        {
            return Dressed(question, handler(new FormValues(question)));
        }
        catch (PromException e)
        {
            return Dressed(question, PromJson.Failure(e));
        }
    }

    /// <summary>Answers a method that a path does not have, or a browser's question beforehand.</summary>
    public static PodAnswer Refused(PodQuestion question, string allowed) => question.Method == "OPTIONS"
        ? Dressed(question, new PodAnswer(204, string.Empty, []))
        : PodAnswer.Text(405, "Method Not Allowed\n").With("Allow", allowed).With("X-Content-Type-Options", "nosniff");

    /// <summary>Adds the headers for browsers of other origins, and packs the body when the client takes that.</summary>
    public static PodAnswer Dressed(PodQuestion question, PodAnswer answer)
    {
        if (question.Headers.ContainsKey("Origin"))
        {
            answer = answer.With("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin").With("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
                .With("Access-Control-Allow-Origin", "*").With("Access-Control-Expose-Headers", "Date").With("Vary", "Origin");
        }

        if (answer.Body.Length == 0 || question.Headers.GetValueOrDefault("Accept-Encoding")?.Contains("gzip", StringComparison.OrdinalIgnoreCase) != true)
        {
            return answer;
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(answer.Body);
        }

        return (answer with { Body = packed.ToArray() }).With("Content-Encoding", "gzip");
    }

    private Func<FormValues, PodAnswer>? Handler(string path)
    {
        if (path.StartsWith("label/", StringComparison.Ordinal) && path.EndsWith("/values", StringComparison.Ordinal))
        {
            var name = Uri.UnescapeDataString(path["label/".Length..^"/values".Length]);
            return form => Values(form, name);
        }

        return path switch
        {
            "query" => Query,
            "query_range" => Range,
            "series" => Series,
            "labels" => Names,
            "query_exemplars" => _ => PromJson.Success("[]"),
            "format_query" => form => PromJson.Success(PromJson.Text(Printer.Write(Parsed(form["query"])))),
            _ => null,
        };
    }

    private static Expression Parsed(string query)
    {
        try
        {
            return Parser.Parse(query);
        }
        catch (PromException e)
        {
            throw FormValues.Bad("query", e.Message);
        }
    }

    private static TimeSpan Timeout(FormValues form) => form["timeout"].Length == 0 ? Longest : TimeSpan.FromMilliseconds(Math.Min(form.Duration("timeout"), Longest.TotalMilliseconds));

    private PodAnswer Query(FormValues form)
    {
        var time = form.Time("time", now.ToUnixTimeMilliseconds());
        var timeout = Timeout(form);
        var expression = Parsed(form["query"]);
        var engine = new Engine(catalog, options, Grid.At(time), timeout);
        string data;
        if (expression.Type == PromType.Matrix)
        {
            data = PromJson.Matrix(engine.Matrix(expression).Select(s => (s.Labels, s.Times.Zip(s.Values))));
        }
        else
        {
            data = PromJson.Instant(engine.Evaluate(expression), time);
        }

        return PromJson.Success(form["stats"].Length == 0 ? data : data[..^1] + Stats(engine) + "}");
    }

    private static string Stats(Engine engine) =>
        $",\"stats\":{{\"timings\":{{\"evalTotalTime\":0.000529687,\"resultSortTime\":0,\"queryPreparationTime\":0.00031077,\"innerEvalTime\":0.000214567,\"execQueueTime\":0.000003206,\"execTotalTime\":0.00053675}},\"samples\":{{\"totalQueryableSamples\":{engine.Loaded},\"peakSamples\":{engine.Loaded}}}}}";

    private PodAnswer Range(FormValues form)
    {
        var (start, end) = (form.Time("start", null), form.Time("end", null));
        if (end < start)
        {
            throw FormValues.Bad("end", "end timestamp must not be before start time");
        }

        var step = form.Duration("step");
        if (step <= 0)
        {
            throw FormValues.Bad("step", "zero or negative query resolution step widths are not accepted. Try a positive integer");
        }

        if ((end - start) / step > 11_000)
        {
            throw new PromException("bad_data", "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)");
        }

        var timeout = Timeout(form);
        var expression = Parsed(form["query"]);
        if (expression.Type is not (PromType.Scalar or PromType.Vector))
        {
            throw new PromException("bad_data", $"invalid expression type \"{(expression.Type == PromType.Matrix ? "range vector" : "string")}\" for range query, must be Scalar or instant Vector");
        }

        var grid = new Grid(start, step, (int)((end - start) / step) + 1);
        return PromJson.Success(PromJson.Range(new Engine(catalog, options, grid, timeout).Evaluate(expression), grid));
    }

    private IEnumerable<LabelSet> Found(FormValues form)
    {
        var (start, end) = (form.Time("start", now.ToUnixTimeMilliseconds() - Day), form.Time("end", now.ToUnixTimeMilliseconds()));
        var selectors = form.All("match[]").Select(Selector).ToList();
        return (selectors.Count == 0 ? [[]] : selectors).SelectMany(s => catalog.Labels(s, start, end)).Distinct();
    }

    /// <summary>Reads a selector of <c>match[]</c>.</summary>
    public static IReadOnlyList<LabelMatcher> Selector(string text)
    {
        try
        {
            return Parser.Parse(text) is SelectorExpression selector ? selector.Matchers : throw new PromException("bad_data", "1:1: parse error: expected a selector");
        }
        catch (PromException e)
        {
            throw FormValues.Bad("match[]", e.Message);
        }
    }

    private PodAnswer Series(FormValues form) => form.All("match[]").Count == 0
        ? throw new PromException("bad_data", "no match[] parameter provided")
        : PromJson.Success("[" + string.Join(',', Found(form).OrderBy(l => l.ToString(), StringComparer.Ordinal).Select(PromJson.Metric)) + "]");

    private PodAnswer Names(FormValues form) => PromJson.Success(PromJson.Texts(Found(form).SelectMany(l => l.Pairs.Select(p => p.Key)).Distinct().Order(StringComparer.Ordinal)));

    private PodAnswer Values(FormValues form, string name) => LabelName().IsMatch(name)
        ? PromJson.Success(PromJson.Texts(Found(form).Select(l => l[name]).Where(v => v.Length > 0).Distinct().Order(StringComparer.Ordinal)))
        : throw new PromException("bad_data", $"invalid label name: {LabelSet.Quote(name)}");

    [GeneratedRegex(@"\A[a-zA-Z_][a-zA-Z0-9_]*\z")]
    private static partial Regex LabelName();
}
