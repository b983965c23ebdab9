using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Tekton.Reading;

/// <summary>Reads how far a run is from its <c>Succeeded</c> condition.</summary>
internal static class TektonCondition
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(60);

    /// <remarks>
    /// A run is over when the condition is True or False and completionTime is set. False alone may be an error that Tekton still
    /// retries: it counts when it has stood for a minute. ToBeRetried is Unknown although it looks like a failure.
    /// </remarks>
    public static RunOutcome Read(JsonElement status, DateTimeOffset now)
    {
        foreach (var condition in status.Items("conditions"u8))
        {
            if (condition.Is("type"u8, "Succeeded"u8))
            {
                string reason = condition.Text("reason"u8) ?? "";
                string? value = condition.Text("status"u8);
                bool ended = status.Time("completionTime"u8) is not null
                    || (value is "False" && (condition.Time("lastTransitionTime"u8) is not { } since || now - since > Hold));
                return new RunOutcome(ended ? StateOf(value, reason) : RunState.NotDone, reason) { ExitCodes = ReadExitCodes(status) };
            }
        }

        return new RunOutcome(RunState.NotDone, "");
    }

    /// <summary>How far a CustomRun is: its controller is not Tekton's, may leave completionTime out, and is taken at its word.</summary>
    public static RunOutcome ReadCustom(JsonElement status)
    {
        var condition = ObjectCondition.Find(status, "Succeeded");
        return new RunOutcome(
            condition.Status switch
            {
                ConditionStatus.True => RunState.Succeeded,
                ConditionStatus.False when condition.Reason is "CustomRunTimedOut" or "RunTimedOut" => RunState.TimedOut,
                ConditionStatus.False when condition.Reason is "CustomRunCancelled" or "RunCancelled" => RunState.Cancelled,
                ConditionStatus.False => RunState.Failed,
                _ => RunState.NotDone,
            },
            condition.Reason);
    }

    /// <summary>Whether a run may be over: it is certainly not while its condition is absent or Unknown.</summary>
    public static bool MayBeOver(ref readonly ObjectHead head) => head.Condition("Succeeded"u8) is ConditionStatus.True or ConditionStatus.False;

    /// <summary>When the run ended, as its controller said or, where it did not, as its condition did.</summary>
    public static DateTimeOffset? ReadEnd(JsonElement status) =>
        status.Time("completionTime"u8) ?? status.Items("conditions"u8).Where(static c => c.Text("type"u8) == "Succeeded").Select(static c => c.Time("lastTransitionTime"u8)).FirstOrDefault();

    /// <summary>The exit codes of steps that did not end with 0.</summary>
    public static IReadOnlyList<KeyValuePair<string, int>> ReadExitCodes(JsonElement status)
    {
        var exitCodes = new List<KeyValuePair<string, int>>();
        foreach (var step in status.Items("steps"u8))
        {
            if (step.Member("terminated"u8).Member("exitCode"u8) is { ValueKind: JsonValueKind.Number } value
                && value.TryGetInt32(out int exitCode) && exitCode is not 0
                && step.Text("name"u8) is { Length: > 0 } name && !exitCodes.Exists(e => e.Key == name))
            {
                exitCodes.Add(new(name, exitCode));
            }
        }

        return exitCodes;
    }

    private static RunState StateOf(string? status, string reason) => (status, reason) switch
    {
        ("True", _) => RunState.Succeeded,
        ("False", "TaskRunTimeout" or "PipelineRunTimeout") => RunState.TimedOut,
        ("False", "TaskRunCancelled" or "PipelineRunCancelled" or "Cancelled" or "CancelledRunFinally" or "StoppedRunFinally" or "PipelineRunCouldntCancel") => RunState.Cancelled,
        ("False", _) => RunState.Failed,
        _ => RunState.NotDone,
    };
}
