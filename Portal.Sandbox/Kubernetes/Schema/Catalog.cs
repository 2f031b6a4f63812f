namespace Portal.Sandbox.Kubernetes.Schema;

/// <summary>The built-in kinds of a server: one line each.</summary>
internal static class Catalog
{
    private const string All = "create,delete,deletecollection,get,list,patch,update,watch";

    // group/version | plural | kind | N(amespaced) or C(luster) | short names | categories | subresources | verbs (all, if left out)
    private const string Lines = """
        v1|bindings|Binding|N||||create
        v1|componentstatuses|ComponentStatus|C|cs|||get,list
        v1|configmaps|ConfigMap|N|cm
        v1|endpoints|Endpoints|N|ep
        v1|events|Event|N|ev
        v1|limitranges|LimitRange|N|limits
        v1|namespaces|Namespace|C|ns||finalize,status|create,delete,get,list,patch,update,watch
        v1|nodes|Node|C|no||proxy,status
        v1|persistentvolumeclaims|PersistentVolumeClaim|N|pvc||status
        v1|persistentvolumes|PersistentVolume|C|pv||status
        v1|pods|Pod|N|po|all|attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,status
        v1|podtemplates|PodTemplate|N
        v1|replicationcontrollers|ReplicationController|N|rc|all|scale,status
        v1|resourcequotas|ResourceQuota|N|quota||status
        v1|secrets|Secret|N
        v1|serviceaccounts|ServiceAccount|N|sa||token
        v1|services|Service|N|svc|all|proxy,status|create,delete,deletecollection,get,list,patch,update,watch
        apiregistration.k8s.io/v1|apiservices|APIService|C||api-extensions|status
        apps/v1|controllerrevisions|ControllerRevision|N
        apps/v1|daemonsets|DaemonSet|N|ds|all|status
        apps/v1|deployments|Deployment|N|deploy|all|scale,status
        apps/v1|replicasets|ReplicaSet|N|rs|all|scale,status
        apps/v1|statefulsets|StatefulSet|N|sts|all|scale,status
        events.k8s.io/v1|events|Event|N|ev
        authentication.k8s.io/v1|tokenreviews|TokenReview|C||||create
        authorization.k8s.io/v1|localsubjectaccessreviews|LocalSubjectAccessReview|N||||create
        authorization.k8s.io/v1|selfsubjectaccessreviews|SelfSubjectAccessReview|C||||create
        authorization.k8s.io/v1|selfsubjectrulesreviews|SelfSubjectRulesReview|C||||create
        authorization.k8s.io/v1|subjectaccessreviews|SubjectAccessReview|C||||create
        autoscaling/v2|horizontalpodautoscalers|HorizontalPodAutoscaler|N|hpa|all|status
        autoscaling/v1|horizontalpodautoscalers|HorizontalPodAutoscaler|N|hpa|all|status
        batch/v1|cronjobs|CronJob|N|cj|all|status
        batch/v1|jobs|Job|N||all|status
        certificates.k8s.io/v1|certificatesigningrequests|CertificateSigningRequest|C|csr||approval,status
        networking.k8s.io/v1|ingressclasses|IngressClass|C
        networking.k8s.io/v1|ingresses|Ingress|N|ing||status
        networking.k8s.io/v1|networkpolicies|NetworkPolicy|N|netpol||status
        policy/v1|poddisruptionbudgets|PodDisruptionBudget|N|pdb||status
        rbac.authorization.k8s.io/v1|clusterrolebindings|ClusterRoleBinding|C
        rbac.authorization.k8s.io/v1|clusterroles|ClusterRole|C
        rbac.authorization.k8s.io/v1|rolebindings|RoleBinding|N
        rbac.authorization.k8s.io/v1|roles|Role|N
        storage.k8s.io/v1|csidrivers|CSIDriver|C
        storage.k8s.io/v1|csinodes|CSINode|C
        storage.k8s.io/v1|csistoragecapacities|CSIStorageCapacity|N
        storage.k8s.io/v1|storageclasses|StorageClass|C|sc
        storage.k8s.io/v1|volumeattachments|VolumeAttachment|C|||status
        storage.k8s.io/v1beta1|csistoragecapacities|CSIStorageCapacity|N
        admissionregistration.k8s.io/v1|mutatingwebhookconfigurations|MutatingWebhookConfiguration|C||api-extensions
        admissionregistration.k8s.io/v1|validatingwebhookconfigurations|ValidatingWebhookConfiguration|C||api-extensions
        apiextensions.k8s.io/v1|customresourcedefinitions|CustomResourceDefinition|C|crd,crds|api-extensions|status
        scheduling.k8s.io/v1|priorityclasses|PriorityClass|C|pc
        coordination.k8s.io/v1|leases|Lease|N
        node.k8s.io/v1|runtimeclasses|RuntimeClass|C
        discovery.k8s.io/v1|endpointslices|EndpointSlice|N
        flowcontrol.apiserver.k8s.io/v1beta3|flowschemas|FlowSchema|C|||status
        flowcontrol.apiserver.k8s.io/v1beta3|prioritylevelconfigurations|PriorityLevelConfiguration|C|||status
        flowcontrol.apiserver.k8s.io/v1beta2|flowschemas|FlowSchema|C|||status
        flowcontrol.apiserver.k8s.io/v1beta2|prioritylevelconfigurations|PriorityLevelConfiguration|C|||status
        """;

    private const string MetricsLines = """
        metrics.k8s.io/v1beta1|nodes|NodeMetrics|C||||get,list
        metrics.k8s.io/v1beta1|pods|PodMetrics|N||||get,list
        """;

    /// <summary>Gets the built-in kinds in the order in which groups are listed.</summary>
    public static IReadOnlyList<ResourceType> BuiltIn { get; } = [.. Lines.Split('\n').Select(Parse)];

    /// <summary>Gets the kinds of the metrics server.</summary>
    public static IReadOnlyList<ResourceType> Metrics { get; } = [.. MetricsLines.Split('\n').Select(Parse)];

    private static ResourceType Parse(string line)
    {
        var parts = line.Trim().Split('|');
        string Part(int i) => i < parts.Length ? parts[i] : string.Empty;
        string[] List(int i) => Part(i).Split(',', StringSplitOptions.RemoveEmptyEntries);
        var slash = parts[0].LastIndexOf('/');
        return new ResourceType
        {
            Group = slash < 0 ? string.Empty : parts[0][..slash],
            Version = parts[0][(slash + 1)..],
            Plural = parts[1],
            Kind = parts[2],
            Namespaced = parts[3] == "N",
            ShortNames = List(4),
            Categories = List(5),
            Subresources = List(6),
            Verbs = Part(7).Length == 0 ? All.Split(',') : List(7),
        };
    }
}
