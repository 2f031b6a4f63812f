using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Store;

/// <summary>One change, as watches see it.</summary>
internal sealed record Change(long Version, string Storage, string Type, StoredObject Object, StoredObject? Before);

/// <summary>The etcd of one cluster: objects by kind, one counter of versions, the recent history.</summary>
internal sealed class ObjectStore
{
    private const int Kept = 2000;
    private readonly Dictionary<string, SortedDictionary<string, StoredObject>> kinds = new(StringComparer.Ordinal);
    private readonly LinkedList<Change> history = [];

    /// <summary>Gets the lock for everything that reads and then writes.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Gets the version of the last change.</summary>
    public long Version { get; private set; } = 200;

    /// <summary>Gets the version before which nothing is known any more.</summary>
    public long Compacted { get; private set; } = 200;

    /// <summary>Tells of every change, under the lock.</summary>
    public event Action<Change>? Changed;

    public StoredObject? Find(string storage, string ns, string name)
    {
        lock (Gate)
        {
            return kinds.TryGetValue(storage, out var objects) && objects.TryGetValue(ns.Length == 0 ? name : $"{ns}/{name}", out var found) ? found : null;
        }
    }

    /// <summary>Gives the objects of a kind, of one namespace or of all (null), in the order of their keys.</summary>
    public IReadOnlyList<StoredObject> List(string storage, string? ns = null)
    {
        lock (Gate)
        {
            if (!kinds.TryGetValue(storage, out var objects))
            {
                return [];
            }

            return ns is null ? [.. objects.Values] : [.. objects.Values.Where(o => o.Namespace == ns)];
        }
    }

    /// <summary>Gives the kinds of which there are objects.</summary>
    public IReadOnlyList<string> Storages()
    {
        lock (Gate)
        {
            return [.. kinds.Where(k => k.Value.Count > 0).Select(k => k.Key)];
        }
    }

    /// <summary>Stores an object; its metadata gets the new version. The caller hands the object over.</summary>
    public StoredObject Put(string storage, JsonObject body)
    {
        lock (Gate)
        {
            Version++;
            body["metadata"]!["resourceVersion"] = Version.ToString(CultureInfo.InvariantCulture);
            var stored = new StoredObject(body, Version);
            if (!kinds.TryGetValue(storage, out var objects))
            {
                objects = new SortedDictionary<string, StoredObject>(StringComparer.Ordinal);
                kinds[storage] = objects;
            }

            objects.TryGetValue(stored.Key, out var before);
            objects[stored.Key] = stored;
            Tell(new Change(Version, storage, before is null ? "ADDED" : "MODIFIED", stored, before));
            return stored;
        }
    }

    public StoredObject? Remove(string storage, StoredObject old)
    {
        lock (Gate)
        {
            if (!kinds.TryGetValue(storage, out var objects) || !objects.Remove(old.Key, out var before))
            {
                return null;
            }

            Version++;
            var body = before.Copy();
            body["metadata"]!["resourceVersion"] = Version.ToString(CultureInfo.InvariantCulture);
            var gone = new StoredObject(body, Version);
            Tell(new Change(Version, storage, "DELETED", gone, before));
            return gone;
        }
    }

    /// <summary>Puts an object back as it was kept, without a change.</summary>
    public void Restore(string storage, JsonObject body, long version)
    {
        lock (Gate)
        {
            if (!kinds.TryGetValue(storage, out var objects))
            {
                objects = new SortedDictionary<string, StoredObject>(StringComparer.Ordinal);
                kinds[storage] = objects;
            }

            var stored = new StoredObject(body, version);
            objects[stored.Key] = stored;
        }
    }

    /// <summary>Sets the counter (world kept or declared) and forgets all history.</summary>
    public void Compact(long version)
    {
        lock (Gate)
        {
            Version = Math.Max(Version, version);
            Compacted = Version;
            history.Clear();
        }
    }

    /// <summary>Gives the changes after a version, or null when some of them are forgotten.</summary>
    public IReadOnlyList<Change>? Since(long version)
    {
        lock (Gate)
        {
            return version < Compacted ? null : [.. history.Where(c => c.Version > version)];
        }
    }

    private void Tell(Change change)
    {
        history.AddLast(change);
        if (history.Count > Kept)
        {
            Compacted = history.First!.Value.Version;
            history.RemoveFirst();
        }

        Changed?.Invoke(change);
    }
}
