using System.Collections.Immutable;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;
using Portal.Core.Registry.Verification;

namespace Portal.Core.Registry.Creation;

/// <inheritdoc />
internal sealed class HarborRegistration(
    HarborRecords records, HarborInUse inUse, IPlanService plans, IHarborVerification verification, IRegistryUse use, IAuditLog audit, TimeProvider time) : IHarborRegistration
{
    /// <inheritdoc />
    public async Task<HarborHome> GetAsync(Scope scope, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, "harbor.read", cancellationToken).ConfigureAwait(false);
        var record = await records.FindRecordAsync(cancellationToken).ConfigureAwait(false);
        var link = await inUse.FindAsync(cancellationToken).ConfigureAwait(false);
        var source = link is null ? HarborSource.None : inUse.IsConfigured ? HarborSource.Configured : HarborSource.Registered;
        return new HarborHome(source, link?.Url, link?.Login.UserName ?? "", await use.CountAsync(cancellationToken).ConfigureAwait(false))
        {
            RegisteredUrl = record?.Url,
            RegisteredAt = record?.RegisteredAt,
            RegisteredBy = record?.RegisteredBy,
            Stack = record?.Stack is { } s ? new HarborStack(s.Id, s.Spec, s.Volume, s.ProjectId, s.IsRegistered) : null,
            Plan = await plans.FindRunningAsync(scope, HarborPlans.Subject, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <inheritdoc />
    public async Task<Plan> CreateAsync(Scope scope, HarborSpec spec, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, "harbor.create", cancellationToken).ConfigureAwait(false);
        Refuse(HarborSpecRules.Check(spec));
        var request = HarborPlans.Request(HarborPlans.Create, spec.Hostname, new HarborCreateInputs(spec, null));
        if (await records.FindRecordAsync(cancellationToken).ConfigureAwait(false) is { Stack: { } there }
            && await plans.FindRunningAsync(scope, HarborPlans.Subject, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new ClusterActionException(Reason.Of("harbor.stack-there", ("name", there.Spec.Name)));
        }

        return await StartAsync(scope, request, "harbor.create", spec.Name, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<Plan> UpgradeAsync(Scope scope, string image, string flavor, string typedName, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, "harbor.upgrade", cancellationToken).ConfigureAwait(false);
        var stack = await StackAsync(scope, cancellationToken).ConfigureAwait(false);
        var volume = stack.Volume ?? throw new ClusterActionException(Reason.Of("harbor.no-volume", ("name", stack.Spec.Name)));
        RefuseName(typedName, stack.Spec.Name);
        var spec = stack.Spec with { Image = image, Flavor = flavor.Length > 0 ? flavor : stack.Spec.Flavor, Volume = volume };
        Refuse(HarborSpecRules.Check(spec));
        var request = HarborPlans.Request(HarborPlans.Create, spec.Hostname, new HarborCreateInputs(spec, stack.Id));
        return await StartAsync(scope, request, "harbor.upgrade", image, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<Plan> DeleteAsync(Scope scope, string? typedName, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, "harbor.delete", cancellationToken).ConfigureAwait(false);
        var stack = await StackAsync(scope, cancellationToken).ConfigureAwait(false);
        if (stack.IsRegistered && await use.CountAsync(cancellationToken).ConfigureAwait(false) > 0)
        {
            RefuseName(typedName, stack.Spec.Name);
        }

        var request = HarborPlans.Request(HarborPlans.Delete, stack.Spec.Hostname, new HarborDeleteInputs(stack.Id, stack.Spec.Name, stack.Volume));
        return await StartAsync(scope, request, "harbor.delete", stack.Spec.Name, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<RegistrationResult> RegisterAsync(Scope scope, ExistingHarbor harbor, Action<CheckResult> told, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, "harbor.register", cancellationToken).ConfigureAwait(false);
        Refuse(ExistingHarborRules.Check(harbor));
        await RefuseOwnAsync(cancellationToken).ConfigureAwait(false);
        var target = new HarborTarget(harbor.Url, new HarborLogin(harbor.UserName, harbor.Password)) { Authority = harbor.Authority, IsReadOnly = true };
        var report = await verification.RunAsync(target, told, cancellationToken).ConfigureAwait(false);
        if (report.Passed)
        {
            var record = new HarborRecord
            {
                Url = harbor.Url,
                UserName = harbor.UserName,
                Password = records.Seal("account", harbor.Password),
                Authority = harbor.Authority,
                RegisteredAt = time.GetUtcNow(),
                RegisteredBy = scope.UserName,
            };
            await records.ChangeAsync(r => r?.Stack is null ? record : throw StackThere(r.Stack), cancellationToken).ConfigureAwait(false);
        }

        await WriteAsync(scope, "harbor.register", report.Passed ? "ok" : "check-failed", harbor.Url).ConfigureAwait(false);
        return new RegistrationResult(report, report.Passed);
    }

    /// <inheritdoc />
    public async Task ForgetAsync(Scope scope, string? typedHost, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, "harbor.unregister", cancellationToken).ConfigureAwait(false);
        await RefuseOwnAsync(cancellationToken).ConfigureAwait(false);
        var url = (await records.FindRecordAsync(cancellationToken).ConfigureAwait(false))?.Url ?? throw new ClusterActionException(Reason.Of("harbor.not-registered"));
        if (!inUse.IsConfigured && await use.CountAsync(cancellationToken).ConfigureAwait(false) > 0)
        {
            RefuseName(typedHost, new Uri(url).Authority);
        }

        await records.ChangeAsync(r => r is { Stack: null } && r.Url == url ? null : r, cancellationToken).ConfigureAwait(false);
        await WriteAsync(scope, "harbor.unregister", "ok", url).ConfigureAwait(false);
    }

    private async Task<HarborStackRecord> StackAsync(Scope scope, CancellationToken cancellationToken)
    {
        var stack = (await records.FindRecordAsync(cancellationToken).ConfigureAwait(false))?.Stack ?? throw new ClusterActionException(Reason.Of("harbor.no-stack"));
        return stack.ProjectId == scope.ProjectId && (stack.Cloud, stack.Region) == (scope.Region.Cloud, scope.Region.Region)
            ? stack
            : throw new ClusterActionException(Reason.Of("harbor.stack-elsewhere", ("project", stack.ProjectId), ("region", stack.Region)));
    }

    private async Task RefuseOwnAsync(CancellationToken cancellationToken)
    {
        if ((await records.FindRecordAsync(cancellationToken).ConfigureAwait(false))?.Stack is { } stack)
        {
            throw StackThere(stack);
        }
    }

    private static ClusterActionException StackThere(HarborStackRecord stack) => new(Reason.Of("harbor.stack-there", ("name", stack.Spec.Name)));

    private static void Refuse(ImmutableArray<FieldError> errors)
    {
        if (!errors.IsEmpty)
        {
            throw new ClusterInvalidException(errors);
        }
    }

    private static void RefuseName(string? typed, string name)
    {
        if (typed != name)
        {
            throw new ClusterInvalidException([FieldError.Of(nameof(HarborSpec.Name), "name-not-the-same", ("name", name))]);
        }
    }

    private async Task<Plan> StartAsync(Scope scope, PlanRequest request, string action, string name, CancellationToken cancellationToken)
    {
        var plan = await plans.StartAsync(scope, request, cancellationToken).ConfigureAwait(false);
        await WriteAsync(scope, action, "ok", name).ConfigureAwait(false);
        return plan;
    }

    private async Task DemandAsync(Scope scope, string action, CancellationToken cancellationToken)
    {
        if (!scope.Can(Capability.Administer))
        {
            await audit.WriteAsync(scope, action, HarborPlans.Subject, "forbidden", cancellationToken).ConfigureAwait(false);
            scope.Demand(Capability.Administer);
        }
    }

    private Task WriteAsync(Scope scope, string action, string result, string name) =>
        audit.WriteAsync(scope, action, HarborPlans.Subject, result, CancellationToken.None, details: new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = name });
}
