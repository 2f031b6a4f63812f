using Portal.Core.Backends;

namespace Portal.Identity;

/// <summary>What stands between a person and a project.</summary>
public enum ProjectGateState
{
    /// <summary>Keystone is being asked.</summary>
    Opening,

    /// <summary>Nothing.</summary>
    Open,

    /// <summary>Not this person's project, or none at all.</summary>
    Refused,

    /// <summary>It was open, and then the role was taken away.</summary>
    Taken,

    /// <summary>The roles do not even let see it.</summary>
    CapabilityMissing,

    /// <summary>Only a new sign-in helps.</summary>
    SessionEnded,

    /// <summary>Keystone does not answer.</summary>
    Failed,
}

/// <summary>State of the gate around a project's pages.</summary>
public sealed class ProjectGateModel
{
    /// <summary>Gets the project that was asked for last.</summary>
    public string? ProjectId { get; private set; }

    /// <summary>Gets the state.</summary>
    public ProjectGateState State { get; private set; }

    /// <summary>Gets the scope; kept after the project was taken away, for its name.</summary>
    public Scope? Scope { get; private set; }

    /// <summary>Gets why it failed, or null.</summary>
    public BackendException? Failure { get; private set; }

    /// <summary>Enters a project. One that was taken away while it was open is still told so when it is asked for again.</summary>
    public async Task EnterAsync(PortalSession session, string projectId, CancellationToken cancellationToken)
    {
        var wasTaken = ProjectId == projectId && State is ProjectGateState.Taken;
        (ProjectId, State, Scope, Failure) = (projectId, ProjectGateState.Opening, wasTaken ? Scope : null, null);
        try
        {
            var scope = await session.EnterAsync(projectId, cancellationToken);
            if (ProjectId != projectId)
            {
                return;
            }

            Scope = scope;
            State = scope.Can(Capability.Read) ? ProjectGateState.Open : ProjectGateState.CapabilityMissing;
        }
        catch (BackendException e) when (ProjectId == projectId)
        {
            Set(e, wasTaken ? ProjectGateState.Taken : ProjectGateState.Refused);
        }
    }

    /// <summary>Gets whether another look could open what is closed now.</summary>
    public bool IsClosed => State is ProjectGateState.Taken or ProjectGateState.Refused or ProjectGateState.CapabilityMissing or ProjectGateState.Failed;

    /// <summary>Asks again whether the project is still open; gives true when that has changed.</summary>
    public async Task<bool> LookAgainAsync(PortalSession session, CancellationToken cancellationToken)
    {
        if (State is not ProjectGateState.Open || ProjectId is not { } project)
        {
            return false;
        }

        try
        {
            var scope = await session.EnterAsync(project, cancellationToken);
            if (ProjectId != project || scope.Capabilities.SetEquals(Scope!.Capabilities))
            {
                return false;
            }

            Scope = scope;
            State = scope.Can(Capability.Read) ? ProjectGateState.Open : ProjectGateState.CapabilityMissing;
            return true;
        }
        catch (BackendException e)
        {
            // Keystone may be away for now: what is on the page stays.
            if (e.MayHeal || ProjectId != project)
            {
                return false;
            }

            Set(e, ProjectGateState.Taken);
            return true;
        }
    }

    /// <summary>Says that the session has ended elsewhere.</summary>
    public void EndSession() => State = ProjectGateState.SessionEnded;

    private void Set(BackendException e, ProjectGateState whenForbidden)
    {
        Failure = e;
        State = e.Failure switch
        {
            BackendFailure.Forbidden or BackendFailure.NotFound => whenForbidden,
            BackendFailure.SignInAgain => ProjectGateState.SessionEnded,
            _ => ProjectGateState.Failed,
        };
    }
}
