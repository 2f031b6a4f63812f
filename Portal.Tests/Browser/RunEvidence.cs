using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Portal.Tests.Browser;

/// <summary>Keeps what a run of the portal writes: its log, and its traces with their tags and events.</summary>
internal sealed class RunEvidence : ILoggerProvider
{
    private readonly ConcurrentQueue<string> log = new();
    private readonly ConcurrentQueue<string> traces = new();
    private readonly ActivityListener listener;

    public RunEvidence()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traces.Enqueue(Tell(activity)),
        };
        ActivitySource.AddActivityListener(listener);
    }

    public string Log() => string.Join('\n', log);

    public string Traces() => string.Join('\n', traces);

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, log);

    public void Dispose() => listener.Dispose();

    private static string Tell(Activity activity) =>
        $"{activity.Source.Name} {activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(t => $"{t.Key}={t.Value}"))} "
        + string.Join(' ', activity.Events.SelectMany(e => e.Tags.Select(t => $"{e.Name} {t.Key}={t.Value}")));

    private sealed class Logger(string category, ConcurrentQueue<string> log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Enqueue($"{category} {formatter(state, exception)} {exception}");
    }
}
