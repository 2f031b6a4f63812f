using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Rolls deployments out over replica sets.</summary>
internal sealed class DeploymentController : IController
{
    private const string Storage = "deployments.apps";
    private const string Sets = "replicasets.apps";
    private const string Revision = "deployment.kubernetes.io/revision";
    private const string Component = "deployment-controller";

    public bool Concerns(string storage) => storage is Storage or Sets;

    public void Run(Reconciliation now)
    {
        var type = now.Cluster.Type(Storage);
        foreach (var deployment in now.Store.List(Storage).Where(d => !d.IsGoing()))
        {
            var sets = now.Controlled(Sets, deployment);
            var current = sets.FirstOrDefault(s => SameTemplate(s, deployment));
            if (current is null && !deployment.Body.Bool("spec.paused"))
            {
                current = MakeSet(now, type, deployment, sets);
            }

            if (current is not null)
            {
                Roll(now, deployment, current, [.. sets.Where(s => s.Uid != current.Uid)]);
                Annotate(now, deployment, current, sets);
            }

            if (now.Store.Find(Storage, deployment.Namespace, deployment.Name) is { } latest)
            {
                now.Status(Storage, latest, DeploymentStatus.Of(now, latest, current, now.Controlled(Sets, latest)));
            }
        }
    }

    private static bool SameTemplate(StoredObject set, StoredObject deployment)
    {
        var template = set.Body.Obj("spec.template")!.Clone();
        (template.Obj("metadata.labels") ?? []).Remove("pod-template-hash");
        return JsonNode.DeepEquals(template, deployment.Body.At("spec.template"));
    }

    private static int RevisionOf(StoredObject item) => int.TryParse(item.Body.Map("metadata.annotations").GetValueOrDefault(Revision), CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static StoredObject MakeSet(Reconciliation now, ResourceType type, StoredObject deployment, IReadOnlyList<StoredObject> sets)
    {
        var template = deployment.Body.Obj("spec.template")!.Clone();
        var hash = Names.Hash(template);
        template.Child("metadata").Child("labels")["pod-template-hash"] = hash;
        var selector = deployment.Body.Obj("spec.selector")!.Clone();
        selector.Child("matchLabels")["pod-template-hash"] = hash;
        var wanted = deployment.Body.Int("spec.replicas") ?? 1;
        var annotations = new JsonObject
        {
            ["deployment.kubernetes.io/desired-replicas"] = wanted.ToString(CultureInfo.InvariantCulture),
            ["deployment.kubernetes.io/max-replicas"] = (wanted + Share(deployment, "maxSurge", wanted, true)).ToString(CultureInfo.InvariantCulture),
            [Revision] = (sets.Select(RevisionOf).DefaultIfEmpty(0).Max() + 1).ToString(CultureInfo.InvariantCulture),
        };
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Name}-{hash}",
                ["labels"] = template.At("metadata.labels")!.DeepClone(),
                ["annotations"] = annotations,
                ["ownerReferences"] = new JsonArray(Acts.OwnerReference(type, deployment)),
            },
            ["spec"] = new JsonObject { ["replicas"] = 0, ["selector"] = selector, ["template"] = template },
        };
        if (sets.Count == 0)
        {
            body["spec"]!["replicas"] = wanted;
        }

        now.Cluster.Writer.Create(now.Cluster.Type(Sets), deployment.Namespace, body, WriteOptions.Controller);
        var made = now.Store.Find(Sets, deployment.Namespace, body.Name())!;
        if (sets.Count == 0 && wanted > 0)
        {
            now.Event(deployment, "Normal", "ScalingReplicaSet", $"Scaled up replica set {made.Name} to {wanted}", Component);
        }

        return made;
    }

    private static void Roll(Reconciliation now, StoredObject deployment, StoredObject current, List<StoredObject> old)
    {
        var wanted = deployment.Body.Int("spec.replicas") ?? 1;
        var have = Replicas(current);
        var others = old.Where(s => Replicas(s) > 0 || (s.Body.Int("status.replicas") ?? 0) > 0).ToList();
        if (deployment.Body.Str("spec.strategy.type") == "Recreate")
        {
            foreach (var set in others)
            {
                Scale(now, deployment, set, 0);
            }

            if (others.Count == 0)
            {
                Scale(now, deployment, current, wanted);
            }

            return;
        }

        if (others.Count == 0)
        {
            Scale(now, deployment, current, wanted);
            return;
        }

        var most = wanted + Share(deployment, "maxSurge", wanted, true);
        var total = have + others.Sum(Replicas);
        Scale(now, deployment, current, Math.Min(wanted, have + Math.Max(0, most - total)));
        var least = wanted - Share(deployment, "maxUnavailable", wanted, false);
        var ready = (current.Body.Int("status.readyReplicas") ?? 0) + others.Sum(s => s.Body.Int("status.readyReplicas") ?? 0);
        foreach (var set in others.OrderBy(s => s.Body.Str("metadata.creationTimestamp"), StringComparer.Ordinal))
        {
            var unready = Math.Max(0, Replicas(set) - (set.Body.Int("status.readyReplicas") ?? 0));
            var spare = Math.Max(0, ready - least);
            var down = Math.Min(Replicas(set), unready + spare);
            ready -= Math.Max(0, down - unready);
            Scale(now, deployment, set, Replicas(set) - down);
        }
    }

    private static int Replicas(StoredObject set) => set.Body.Int("spec.replicas") ?? 1;

    private static int Share(StoredObject deployment, string field, int of, bool up)
    {
        var node = deployment.Body.At($"spec.strategy.rollingUpdate.{field}");
        if (node.Text() is { } text && text.EndsWith('%'))
        {
            var part = of * double.Parse(text[..^1], CultureInfo.InvariantCulture) / 100;
            return (int)(up ? Math.Ceiling(part) : Math.Floor(part));
        }

        return node is null ? 0 : (int)node.Number();
    }

    private static void Scale(Reconciliation now, StoredObject deployment, StoredObject set, int to)
    {
        var from = Replicas(set);
        if (from == to)
        {
            return;
        }

        var wanted = deployment.Body.Int("spec.replicas") ?? 1;
        now.Cluster.Writer.Update(now.Cluster.Type(Sets), set.Namespace, set.Name, string.Empty, body =>
        {
            body.Child("spec")["replicas"] = to;
            body.Child("metadata").Child("annotations")["deployment.kubernetes.io/desired-replicas"] = wanted.ToString(CultureInfo.InvariantCulture);
            return body;
        }, WriteOptions.Controller);
        now.Event(deployment, "Normal", "ScalingReplicaSet", from < to ? $"Scaled up replica set {set.Name} to {to}" + (from > 0 ? $" from {from}" : string.Empty) : $"Scaled down replica set {set.Name} to {to} from {from}", Component);
    }

    private static void Annotate(Reconciliation now, StoredObject deployment, StoredObject current, IReadOnlyList<StoredObject> sets)
    {
        var newest = sets.Select(RevisionOf).Append(RevisionOf(current)).Max();
        if (RevisionOf(current) < newest)
        {
            // A roll back: the old set becomes the newest revision.
            current = Set(now, Sets, current, newest + 1);
        }

        if (RevisionOf(deployment) != RevisionOf(current))
        {
            Set(now, Storage, now.Store.Find(Storage, deployment.Namespace, deployment.Name)!, RevisionOf(current));
        }

        var limit = deployment.Body.Int("spec.revisionHistoryLimit") ?? 10;
        foreach (var done in sets.Where(s => s.Uid != current.Uid && Replicas(s) == 0 && (s.Body.Int("status.replicas") ?? 0) == 0).OrderByDescending(RevisionOf).Skip(limit).ToList())
        {
            now.Store.Remove(Sets, done);
        }
    }

    private static StoredObject Set(Reconciliation now, string storage, StoredObject item, int revision)
    {
        var body = item.Copy();
        body.Child("metadata").Child("annotations")[Revision] = revision.ToString(CultureInfo.InvariantCulture);
        return now.Store.Put(storage, body);
    }
}
