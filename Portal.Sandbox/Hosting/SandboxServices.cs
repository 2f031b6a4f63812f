using Portal.Sandbox.Cinder;
using Portal.Sandbox.Glance;
using Portal.Sandbox.Harbor;
using Portal.Sandbox.Heat;
using Portal.Sandbox.Keystone;
using Portal.Sandbox.Kibana;
using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.Magnum;
using Portal.Sandbox.Neutron;
using Portal.Sandbox.Nova;
using Portal.Sandbox.Octavia;
using Portal.Sandbox.OpenId;

namespace Portal.Sandbox.Hosting;

/// <summary>The backends of the sandbox, in the order in which they start and are seeded.</summary>
internal static class SandboxServices
{
    /// <summary>Makes one of each.</summary>
    public static IReadOnlyList<ISandboxService> All(SandboxContext context) =>
    [
        new ControlService(context),
        new OpenIdService(context),
        new KeystoneService(context),
        new NovaService(context),
        new GlanceService(context),
        new NeutronService(context),
        new CinderService(context),
        new OctaviaService(context),
        new HeatService(context),
        new MagnumService(context),
        new HarborService(context),
        new KubernetesService(context),
        new KibanaService(context),
    ];
}
