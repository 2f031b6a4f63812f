using Portal.Core.Backends;

namespace Portal.Core.Clusters.Heat;

/// <summary>A call to Heat, whose paths have the project in them.</summary>
internal static class HeatCall
{
    public static BackendCall Of(Scope scope, string operation, string path) => new()
    {
        Backend = "heat",
        Operation = operation,
        Scope = scope,
        ServiceType = "orchestration",
        Version = "v1",
        ProjectInPath = true,
        Path = path,
    };
}
