using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Rbac;

/// <summary>What somebody wants to do.</summary>
internal sealed record Attributes(string Verb)
{
    public string Group { get; init; } = string.Empty;

    public string Resource { get; init; } = string.Empty;

    public string Subresource { get; init; } = string.Empty;

    public string Namespace { get; init; } = string.Empty;

    public string Name { get; init; } = string.Empty;

    /// <summary>Gets the path of a request that is for no resource, or null.</summary>
    public string? Path { get; init; }
}

/// <summary>RBAC: the roles and bindings of the store decide.</summary>
internal sealed class Authorizer
{
    private const string Suffix = ".rbac.authorization.k8s.io";
    private readonly ObjectStore store;
    private volatile Loaded? loaded;
    private int changes;

    public Authorizer(ObjectStore store)
    {
        this.store = store;
        store.Changed += change =>
        {
            if (change.Storage.EndsWith(Suffix, StringComparison.Ordinal))
            {
                Interlocked.Increment(ref changes);
            }
        };
    }

    /// <summary>Gives why it is allowed, or null when it is not.</summary>
    public string? Allowed(KubeUser user, Attributes wanted)
    {
        if (user.Groups.Contains("system:masters"))
        {
            return string.Empty;
        }

        foreach (var binding in For(user, wanted.Namespace))
        {
            if (binding.Rules.Any(rule => rule.Covers(wanted)))
            {
                return binding.Reason(user);
            }
        }

        return null;
    }

    /// <summary>Gives the rules that hold for a user in a namespace.</summary>
    public IEnumerable<JsonObject> RulesFor(KubeUser user, string ns)
    {
        if (user.Groups.Contains("system:masters"))
        {
            return [Rule.Everything("apiGroups", "resources"), Rule.Everything("nonResourceURLs", null)];
        }

        return For(user, ns).SelectMany(b => b.Rules).Select(r => r.Json);
    }

    private IEnumerable<Binding> For(KubeUser user, string ns)
    {
        // No lock here: the store's lock is held by whoever tells of a change.
        var count = Volatile.Read(ref changes);
        var now = loaded;
        if (now is null || now.Changes != count)
        {
            now = new Loaded(count, Load());
            loaded = now;
        }

        return now.Bindings.Where(b => (b.Namespace.Length == 0 || b.Namespace == ns) && b.IsFor(user));
    }

    private List<Binding> Load()
    {
        var roles = store.List("clusterroles" + Suffix).ToDictionary(r => r.Name, r => Rule.All(r.Body), StringComparer.Ordinal);
        var found = new List<Binding>();
        foreach (var binding in store.List("clusterrolebindings" + Suffix).Concat(store.List("rolebindings" + Suffix)))
        {
            var name = binding.Body.Str("roleRef.name");
            var rules = binding.Body.Str("roleRef.kind") == "ClusterRole"
                ? roles.GetValueOrDefault(name)
                : store.Find("roles" + Suffix, binding.Namespace, name) is { } role ? Rule.All(role.Body) : null;
            if (rules is not null)
            {
                found.Add(new Binding(binding, rules));
            }
        }

        return found;
    }

    private sealed record Loaded(int Changes, List<Binding> Bindings);

    private sealed class Binding(StoredObject stored, IReadOnlyList<Rule> rules)
    {
        private readonly List<(string Kind, string Name, string Namespace)> subjects =
            [.. stored.Body.Items("subjects").Select(s => (s.Str("kind"), s.Str("name"), s.Str("namespace")))];

        private readonly string role = $"{stored.Body.Str("roleRef.kind")} \"{stored.Body.Str("roleRef.name")}\"";

        public string Namespace => stored.Namespace;

        public IReadOnlyList<Rule> Rules => rules;

        public bool IsFor(KubeUser user) => subjects.Exists(s => Is(s, user));

        public string Reason(KubeUser user)
        {
            var subject = subjects.Find(s => Is(s, user));
            var who = subject.Kind == "ServiceAccount" ? $"{subject.Name}/{subject.Namespace}" : subject.Name;
            var which = stored.Namespace.Length == 0 ? $"ClusterRoleBinding \"{stored.Name}\"" : $"RoleBinding \"{stored.Name}/{stored.Namespace}\"";
            return $"RBAC: allowed by {which} of {role} to {subject.Kind} \"{who}\"";
        }

        private bool Is((string Kind, string Name, string Namespace) subject, KubeUser user) => subject.Kind switch
        {
            "User" => subject.Name == user.Name,
            "Group" => user.Groups.Contains(subject.Name),
            "ServiceAccount" => user.Name == $"system:serviceaccount:{(subject.Namespace.Length == 0 ? stored.Namespace : subject.Namespace)}:{subject.Name}",
            _ => false,
        };
    }
}
