using Portal.Core.Backends;

namespace Portal.Core.Provisioning;

/// <summary>What a person did with a plan.</summary>
public enum PlanAction
{
    /// <summary>Started it.</summary>
    Start,

    /// <summary>Let a step run again.</summary>
    Retry,

    /// <summary>Stopped it.</summary>
    Cancel,

    /// <summary>Stopped it and had its steps undone.</summary>
    Undo,
}

/// <summary>Is told what people do with plans and how plans end; the audit is one. A failing observer never stops a plan.</summary>
public interface IPlanObserver
{
    /// <summary>A person did something, or was refused.</summary>
    /// <param name="scope">Who, and where.</param>
    /// <param name="action">What.</param>
    /// <param name="subject">The plan's subject; the plan's id when the plan was not found.</param>
    /// <param name="plan">The plan, or null when it was refused before there was one.</param>
    /// <param name="result"><c>ok</c>, <c>forbidden</c>, <c>locked</c> or <c>not-found</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task ActedAsync(Scope scope, PlanAction action, string subject, Plan? plan, string result, CancellationToken cancellationToken);

    /// <summary>A plan ended: <see cref="PlanState.Done"/>, <see cref="PlanState.Failed"/>, <see cref="PlanState.Cancelled"/> or <see cref="PlanState.Undone"/>.</summary>
    Task EndedAsync(Plan plan, CancellationToken cancellationToken);
}
