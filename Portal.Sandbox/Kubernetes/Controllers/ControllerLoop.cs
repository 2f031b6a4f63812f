using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Something in a cluster that acts by itself.</summary>
internal interface IController
{
    /// <summary>Says whether a change of this kind of object concerns it.</summary>
    bool Concerns(string storage);

    /// <summary>Brings the state nearer to what is wanted; called when something of concern changed or is due.</summary>
    void Run(Reconciliation now);
}

/// <summary>One round of the controllers: the cluster, its time, and when to come again.</summary>
internal sealed class Reconciliation(KubeCluster cluster)
{
    public KubeCluster Cluster => cluster;

    public ObjectStore Store => cluster.Store;

    public DateTimeOffset Now => cluster.Now;

    /// <summary>Gets when the controller that runs now has to run again, or null.</summary>
    public DateTimeOffset? Due { get; private set; }

    /// <summary>Shortens a realistic duration by the pace of the sandbox.</summary>
    public TimeSpan Paced(double seconds) => cluster.IsInPast ? TimeSpan.FromSeconds(seconds) : cluster.Context.Paced(TimeSpan.FromSeconds(seconds));

    /// <summary>Says whether a time has come; if not, the controller is called again then.</summary>
    public bool Reached(DateTimeOffset time)
    {
        if (time <= Now)
        {
            return true;
        }

        Due = Due is null || time < Due ? time : Due;
        return false;
    }
}

/// <summary>Runs the controllers of a cluster; works when something changed or is due, else costs nothing.</summary>
internal sealed class ControllerLoop
{
    private const int Rounds = 30;
    private readonly KubeCluster cluster;
    private readonly IReadOnlyList<IController> controllers;
    private readonly HashSet<IController> dirty;
    private readonly Dictionary<IController, DateTimeOffset> due = [];
    private readonly Lock gate = new();

    public ControllerLoop(KubeCluster cluster)
    {
        this.cluster = cluster;
        controllers = ControllerList.All();
        dirty = [.. controllers];
        cluster.Store.Changed += change =>
        {
            foreach (var controller in controllers.Where(c => c.Concerns(change.Storage)))
            {
                dirty.Add(controller);
            }
        };
    }

    /// <summary>Lets all of them look again: nodes or certificates are others now.</summary>
    public void Wake()
    {
        lock (cluster.Store.Gate)
        {
            dirty.UnionWith(controllers);
        }
    }

    public void Tick(DateTimeOffset now)
    {
        lock (gate)
        {
            cluster.Now = now;
            for (var round = 0; round < Rounds; round++)
            {
                if (!RunOnce())
                {
                    return;
                }
            }
        }
    }

    private bool RunOnce()
    {
        var ran = false;
        foreach (var controller in controllers)
        {
            lock (cluster.Store.Gate)
            {
                if (!dirty.Remove(controller) && !(due.TryGetValue(controller, out var time) && time <= cluster.Now))
                {
                    continue;
                }

                ran = true;
                due.Remove(controller);
                var round = new Reconciliation(cluster);
                try
                {
                    controller.Run(round);
                }
                catch (KubeException)
                {
                    // Refused (quota, a namespace that ends): tried again with the next change, and after a while.
                    round.Reached(cluster.Now + round.Paced(10));
                }

                if (round.Due is { } next)
                {
                    due[controller] = next;
                }
            }
        }

        return ran;
    }
}
