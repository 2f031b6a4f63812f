using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Rbac;

/// <summary>The roles and bindings that every cluster is born with.</summary>
internal static class BootstrapRoles
{
    private const string Read = "get,list,watch";
    private const string Write = "create,delete,deletecollection,patch,update";

    // verbs ; groups ; resources, one rule a line; a resource that begins with / is a path.
    private const string View = """
        get,list,watch;-;configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status
        get,list,watch;-;bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status
        get,list,watch;-;namespaces
        get,list,watch;discovery.k8s.io;endpointslices
        get,list,watch;apps;controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status
        get,list,watch;autoscaling;horizontalpodautoscalers,horizontalpodautoscalers/status
        get,list,watch;batch;cronjobs,cronjobs/status,jobs,jobs/status
        get,list,watch;extensions;daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale
        get,list,watch;policy;poddisruptionbudgets,poddisruptionbudgets/status
        get,list,watch;networking.k8s.io;ingresses,ingresses/status,networkpolicies
        """;

    private const string Edit = """
        get,list,watch;-;pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
        impersonate;-;serviceaccounts
        create,delete,deletecollection,patch,update;-;pods,pods/attach,pods/exec,pods/portforward,pods/proxy
        create;-;pods/eviction
        create,delete,deletecollection,patch,update;-;configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy
        create;-;serviceaccounts/token
        create,delete,deletecollection,patch,update;apps;daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale
        create,delete,deletecollection,patch,update;autoscaling;horizontalpodautoscalers
        create,delete,deletecollection,patch,update;batch;cronjobs,jobs
        create,delete,deletecollection,patch,update;extensions;daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale
        create,delete,deletecollection,patch,update;policy;poddisruptionbudgets
        create,delete,deletecollection,patch,update;networking.k8s.io;ingresses,networkpolicies
        """;

    private const string Admin = """
        create;authorization.k8s.io;localsubjectaccessreviews
        create,delete,deletecollection,get,list,patch,update,watch;rbac.authorization.k8s.io;rolebindings,roles
        """;

    private const string Bindings = """
        cluster-admin|cluster-admin|Group|system:masters
        system:basic-user|system:basic-user|Group|system:authenticated
        system:discovery|system:discovery|Group|system:authenticated
        system:monitoring|system:monitoring|Group|system:monitoring
        system:public-info-viewer|system:public-info-viewer|Group|system:authenticated,system:unauthenticated
        system:kube-controller-manager|system:kube-controller-manager|User|system:kube-controller-manager
        system:kube-scheduler|system:kube-scheduler|User|system:kube-scheduler
        system:node-proxier|system:node-proxier|User|system:kube-proxy
        system:service-account-issuer-discovery|system:service-account-issuer-discovery|Group|system:serviceaccounts
        """;

    /// <summary>Gives the cluster roles; the aggregated ones without their rules, which the controller fills in.</summary>
    public static IEnumerable<JsonObject> ClusterRoles()
    {
        yield return Role("cluster-admin", "*;*;*\n*;;/*");
        yield return Aggregated("admin", []);
        yield return Aggregated("edit", ["admin"]);
        yield return Aggregated("view", ["edit"]);
        yield return Role("system:aggregate-to-admin", Admin, "admin");
        yield return Role("system:aggregate-to-edit", Edit, "edit");
        yield return Role("system:aggregate-to-view", View, "view");
        yield return Role("system:basic-user", "create;authorization.k8s.io;selfsubjectaccessreviews,selfsubjectrulesreviews");
        yield return Role("system:discovery", "get;;/api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/");
        yield return Role("system:public-info-viewer", "get;;/healthz,/livez,/readyz,/version,/version/");
        yield return Role("system:monitoring", "get;;/healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*");
        yield return Role("system:service-account-issuer-discovery", "get;;/.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/");
        yield return Role("system:auth-delegator", "create;authentication.k8s.io;tokenreviews\ncreate;authorization.k8s.io;subjectaccessreviews");
        yield return Role("system:kube-scheduler", $"{Read};-;nodes,pods,persistentvolumes,persistentvolumeclaims,services\ncreate;-;pods/binding\ncreate,patch,update;-,events.k8s.io;events");
        yield return Role("system:kube-controller-manager", $"{Read};*;*\n{Write};*;*\ncreate;-;serviceaccounts/token");
        yield return Role("system:node", $"{Read};-;configmaps,secrets,services,persistentvolumeclaims,persistentvolumes,pods,nodes\ncreate,patch,update;-;nodes,nodes/status,pods/status,events");
        yield return Role("system:node-proxier", $"{Read};-;nodes,services\n{Read};discovery.k8s.io;endpointslices");
        yield return Role("system:persistent-volume-provisioner", $"{Read};-;persistentvolumeclaims\ncreate,delete,get,list,watch;-;persistentvolumes\n{Read};storage.k8s.io;storageclasses");
    }

    public static IEnumerable<JsonObject> ClusterRoleBindings() => Bindings.Split('\n').Select(line => line.Trim().Split('|')).Select(p => new JsonObject
    {
        ["kind"] = "ClusterRoleBinding",
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["metadata"] = Metadata(p[0], []),
        ["subjects"] = JsonPaths.Array(p[3].Split(',').Select(name => new JsonObject { ["kind"] = p[2], ["apiGroup"] = "rbac.authorization.k8s.io", ["name"] = name })),
        ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = p[1] },
    });

    private static JsonObject Role(string name, string rules, string? aggregateTo = null)
    {
        var metadata = Metadata(name, aggregateTo is null ? [] : [aggregateTo]);
        return new JsonObject { ["kind"] = "ClusterRole", ["apiVersion"] = "rbac.authorization.k8s.io/v1", ["metadata"] = metadata, ["rules"] = JsonPaths.Array(rules.Split('\n').Select(Parse)) };
    }

    private static JsonObject Aggregated(string name, string[] aggregateTo)
    {
        JsonObject Selector(string label) => new() { ["matchLabels"] = new JsonObject { [$"rbac.authorization.k8s.io/aggregate-to-{label}"] = "true" } };
        return new JsonObject
        {
            ["kind"] = "ClusterRole",
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["metadata"] = Metadata(name, aggregateTo),
            ["rules"] = null,
            ["aggregationRule"] = new JsonObject { ["clusterRoleSelectors"] = new JsonArray(Selector(name)) },
        };
    }

    private static JsonObject Metadata(string name, string[] aggregateTo)
    {
        var labels = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        foreach (var role in aggregateTo)
        {
            labels[$"rbac.authorization.k8s.io/aggregate-to-{role}"] = "true";
        }

        return new JsonObject
        {
            ["name"] = name,
            ["labels"] = labels,
            ["annotations"] = new JsonObject { ["rbac.authorization.kubernetes.io/autoupdate"] = "true" },
        };
    }

    private static JsonObject Parse(string line)
    {
        var parts = line.Trim().Split(';');
        var rule = new JsonObject { ["verbs"] = JsonPaths.Texts(parts[0].Split(',')) };
        if (parts[2].StartsWith('/'))
        {
            rule["nonResourceURLs"] = JsonPaths.Texts(parts[2] == "/*" ? ["*"] : parts[2].Split(','));
            return rule;
        }

        rule["apiGroups"] = JsonPaths.Texts(parts[1].Split(',').Select(g => g == "-" ? string.Empty : g));
        rule["resources"] = JsonPaths.Texts(parts[2].Split(','));
        return rule;
    }
}
