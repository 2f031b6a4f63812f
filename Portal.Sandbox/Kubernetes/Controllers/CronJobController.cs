using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Makes jobs when their time has come (in the sandbox's time, not shortened).</summary>
internal sealed class CronJobController : IController
{
    private const string Storage = "cronjobs.batch";

    public bool Concerns(string storage) => storage == Storage;

    public void Run(Reconciliation now)
    {
        foreach (var cron in now.Store.List(Storage).Where(c => !c.IsGoing() && !c.Body.Bool("spec.suspend")))
        {
            var last = KubeTime.Parse(cron.Body.At("status.lastScheduleTime")) ?? KubeTime.Parse(cron.Body.At("metadata.creationTimestamp")) ?? now.Now;
            if (Next(cron.Body.Str("spec.schedule"), last) is { } next && now.Reached(next))
            {
                Start(now, cron, next);
            }
        }
    }

    /// <summary>Gives the first minute after <paramref name="last"/> that the five fields allow, within a year.</summary>
    internal static DateTimeOffset? Next(string schedule, DateTimeOffset last)
    {
        var fields = schedule switch
        {
            "@hourly" => "0 * * * *",
            "@daily" or "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            _ => schedule,
        };
        var parts = fields.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 5)
        {
            return null;
        }

        var time = new DateTimeOffset(last.Year, last.Month, last.Day, last.Hour, last.Minute, 0, TimeSpan.Zero).AddMinutes(1);
        for (var end = time.AddDays(366); time < end;)
        {
            if (!In(parts[3], time.Month) || !In(parts[2], time.Day) || !In(parts[4], (int)time.DayOfWeek))
            {
                time = time.Date.AddDays(1) is var day ? new DateTimeOffset(day, TimeSpan.Zero) : time;
            }
            else if (!In(parts[1], time.Hour) || !In(parts[0], time.Minute))
            {
                time = time.AddMinutes(1);
            }
            else
            {
                return time;
            }
        }

        return null;
    }

    private static bool In(string field, int value) => field.Split(',').Any(part =>
    {
        var step = part.Split('/');
        var range = step[0] == "*" ? [] : step[0].Split('-');
        var from = range.Length > 0 && int.TryParse(range[0], CultureInfo.InvariantCulture, out var low) ? low : 0;
        var to = range.Length > 1 && int.TryParse(range[1], CultureInfo.InvariantCulture, out var high) ? high : range.Length == 1 && step.Length == 1 ? from : 99;
        var every = step.Length > 1 && int.TryParse(step[1], CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 1;
        return value >= from && value <= to && (value - from) % every == 0;
    });

    private static void Start(Reconciliation now, StoredObject cron, DateTimeOffset time)
    {
        var type = now.Cluster.Type(Storage);
        var name = $"{cron.Name}-{time.ToUnixTimeSeconds() / 60}";
        var job = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["ownerReferences"] = new JsonArray(Acts.OwnerReference(type, cron)) },
            ["spec"] = cron.Body.At("spec.jobTemplate.spec")?.DeepClone(),
        };
        if (now.Store.Find("jobs.batch", cron.Namespace, name) is null)
        {
            now.Cluster.Writer.Create(now.Cluster.Type("jobs.batch"), cron.Namespace, job, WriteOptions.Controller);
            now.Event(cron, "Normal", "SuccessfulCreate", $"Created job {name}", "cronjob-controller");
        }

        now.Status(Storage, now.Store.Find(Storage, cron.Namespace, cron.Name)!, new JsonObject { ["lastScheduleTime"] = KubeTime.Text(time) });
    }
}
