namespace Provenance.Attestor.Runs;

/// <summary>How a run ended and why, in the words of the platform.</summary>
/// <param name="State">How it ended.</param>
/// <param name="Reason">The platform's reason, such as <c>Succeeded</c> or <c>TaskRunTimeout</c>; empty where it gave none.</param>
public sealed record RunOutcome(RunState State, string Reason)
{
    /// <summary>Exit codes of the steps that did not end with 0, by step name.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> ExitCodes { get; init; } = [];

    /// <summary>The state as statements and programs read it: <c>succeeded</c>, <c>failed</c>, <c>cancelled</c>, <c>timedOut</c>, <c>notDone</c>.</summary>
    public string StateName => State switch
    {
        RunState.Succeeded => "succeeded",
        RunState.Failed => "failed",
        RunState.Cancelled => "cancelled",
        RunState.TimedOut => "timedOut",
        _ => "notDone",
    };
}
