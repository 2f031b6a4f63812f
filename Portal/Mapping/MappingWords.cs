using System.Globalization;
using System.Net;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Mapping;

/// <summary>Words for places and their repairs.</summary>
internal static class MappingWords
{
    /// <summary>Gives a state.</summary>
    public static StateWord State(PlaceState state) => new(
        state switch
        {
            PlaceState.InSync => StateKind.Ok,
            PlaceState.Missing => StateKind.Fail,
            PlaceState.Foreign => StateKind.You,
            PlaceState.Differs or PlaceState.Renamed or PlaceState.Extra => StateKind.Warn,
            PlaceState.Unmapped => StateKind.Wait,
            _ => StateKind.Off,
        },
        MappingText.ResourceManager.GetString("State." + state, CultureInfo.CurrentUICulture) ?? state.ToString());

    /// <summary>Gives where a repair or a removal stands.</summary>
    public static StateWord Run(PlaceRepairRun run) => run.State switch
    {
        PlanState.Done => new(StateKind.Ok, run.InProject is null ? MappingText.RunDone : MappingText.RunRemoved),
        PlanState.NeedsSomeone or PlanState.Failed => new(StateKind.You, MappingText.RunStuck),
        PlanState.Running => new(StateKind.Run, run.InProject is null ? MappingText.RunRunning : MappingText.RunRemoving),
        _ => new(StateKind.Off, MappingText.RunEnded),
    };

    /// <summary>Gives what to do about Harbor refusing the portal's own account, or null when it is something else.</summary>
    public static string? AccountAdvice(ComparisonFailure failure) => failure switch
    {
        { Backend: "harbor", Failure: BackendFailure.Forbidden, Status: HttpStatusCode.Forbidden } => Sentence.With(MappingText.AccountRights, ("operation", failure.Operation)),
        { Backend: "harbor", Failure: BackendFailure.Forbidden, Status: HttpStatusCode.Unauthorized } => MappingText.AccountPassword,
        _ => null,
    };

    /// <summary>Gives the name that a place is called by.</summary>
    public static string Name(ComparedPlace place) => place.ProjectName ?? place.HarborProject ?? place.UserName ?? place.ProjectId;
}
