using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Runs pods until enough of them have succeeded.</summary>
internal sealed class JobController : IController
{
    private const string Storage = "jobs.batch";
    private const string Component = "job-controller";

    public bool Concerns(string storage) => storage is Storage or "pods";

    public void Run(Reconciliation now)
    {
        var type = now.Cluster.Type(Storage);
        foreach (var job in now.Store.List(Storage).Where(j => !j.IsGoing()))
        {
            if (job.Body.Items("status.conditions").Any(c => c.Str("type") is "Complete" or "Failed" && c.Str("status") == "True"))
            {
                Expire(now, type, job);
            }
            else if (!job.Body.Bool("spec.suspend"))
            {
                Step(now, type, job);
            }
        }
    }

    private static void Step(Reconciliation now, ResourceType type, StoredObject job)
    {
        var pods = now.Controlled("pods", job);
        var succeeded = pods.Count(p => p.Body.Str("status.phase") == "Succeeded");
        var failed = pods.Count(p => p.Body.Str("status.phase") == "Failed");
        var active = pods.Where(p => p.Body.Str("status.phase") is not ("Succeeded" or "Failed") && !p.IsGoing()).ToList();
        var parallelism = job.Body.Int("spec.parallelism") ?? 1;
        var completions = job.Body.Int("spec.completions") ?? parallelism;
        var limit = job.Body.Int("spec.backoffLimit") ?? 6;
        var over = failed > limit;
        var complete = succeeded >= completions;
        if (!over && !complete)
        {
            for (var i = active.Count; i < Math.Min(parallelism, completions - succeeded); i++)
            {
                if (PodMaker.Make(now, type, job, job.Body.Obj("spec.template")!, null, Component) is not { } made)
                {
                    break;
                }

                active.Add(made);
            }
        }

        Report(now, job, succeeded, failed, active, complete, over);
    }

    private static void Report(Reconciliation now, StoredObject job, int succeeded, int failed, List<StoredObject> active, bool complete, bool over)
    {
        var status = new JsonObject();
        if (complete || over)
        {
            var condition = new JsonObject { ["type"] = complete ? "Complete" : "Failed", ["status"] = "True", ["lastProbeTime"] = now.Text(), ["lastTransitionTime"] = now.Text() };
            if (over)
            {
                condition["reason"] = "BackoffLimitExceeded";
                condition["message"] = "Job has reached the specified backoff limit";
            }

            status["conditions"] = new JsonArray(condition);
            now.Event(job, complete ? "Normal" : "Warning", complete ? "Completed" : "BackoffLimitExceeded", complete ? "Job completed" : "Job has reached the specified backoff limit", Component);
        }

        status["startTime"] = job.Body.At("status.startTime")?.DeepClone() ?? now.Text();
        if (complete)
        {
            status["completionTime"] = now.Text();
        }

        foreach (var (name, count) in new[] { ("active", complete ? 0 : active.Count), ("succeeded", succeeded), ("failed", failed) })
        {
            if (count > 0)
            {
                status[name] = count;
            }
        }

        status["uncountedTerminatedPods"] = new JsonObject();
        status["ready"] = active.Count(Acts.IsReady);
        now.Status(Storage, job, status);
    }

    private static void Expire(Reconciliation now, ResourceType type, StoredObject job)
    {
        if (job.Body.Int("spec.ttlSecondsAfterFinished") is { } seconds && KubeTime.Parse(job.Body.At("status.completionTime")) is { } done && now.Reached(done + now.Paced(seconds)))
        {
            Writing.Deleter.Delete(now.Cluster, type, job.Namespace, job.Name, null);
        }
    }
}
