using System.Globalization;
using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Argo.Reading;

/// <summary>How far a Workflow is. "Completed" is not final with Argo: a retry reopens the object under the same UID.</summary>
internal static class WorkflowState
{
    /// <summary>The label that the controller sets together with the final phase, and that a retry removes.</summary>
    public const string Completed = "workflows.argoproj.io/completed";

    private const int LongestMessage = 1024;

    private static ReadOnlySpan<byte> CompletedLabel => "workflows.argoproj.io/completed"u8;

    private static ReadOnlySpan<byte> ArchivingLabel => "workflows.argoproj.io/workflow-archiving-status"u8;

    /// <summary>Whether a Workflow may be over.</summary>
    public static bool MayBeOver(ref readonly ObjectHead head)
    {
        var completed = head.Label(CompletedLabel);
        return (head.Phase.SequenceEqual("Succeeded"u8) || head.Phase.SequenceEqual("Failed"u8) || head.Phase.SequenceEqual("Error"u8))
            && !head.FinishedAt.IsEmpty
            && (completed.IsEmpty || completed.SequenceEqual("true"u8))
            && !head.Label(ArchivingLabel).SequenceEqual("Pending"u8);
    }

    /// <summary>How the Workflow ended, or what it still waits for.</summary>
    public static RunOutcome Read(RunDocument document)
    {
        var status = document.Root.Member("status"u8);
        if (FindReasonToWait(document.Root.Member("metadata"u8).Member("labels"u8), status) is { } reason)
        {
            return new RunOutcome(RunState.NotDone, reason);
        }

        string phase = status.Text("phase"u8)!;
        bool wasShutDown = document.Root.Member("spec"u8).Text("shutdown"u8) is { Length: > 0 };
        return new RunOutcome(phase is "Succeeded" ? RunState.Succeeded : wasShutDown ? RunState.Cancelled : RunState.Failed, Describe(phase, status.Text("message"u8)));
    }

    /// <summary>When the Workflow ended; null while it has not.</summary>
    public static DateTimeOffset? ReadEnd(JsonElement status) => status.Time("finishedAt"u8) is { Year: > 1 } end ? end : null;

    /// <summary>What tells the attempts under one UID apart: when the last one ended.</summary>
    public static string? ReadAttempt(JsonElement status) => ReadEnd(status)?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? FindReasonToWait(JsonElement labels, JsonElement status)
    {
        string phase = status.Text("phase"u8) ?? "";
        if (phase is not ("Succeeded" or "Failed" or "Error"))
        {
            return phase.Length is 0 ? "Pending" : phase;
        }

        if (ReadEnd(status) is null)
        {
            return $"{phase}, but without finishedAt";
        }

        // What comes from an API server has the label, as the selector asks for it; files of old versions and of UIs may lack it.
        if (labels.Text(CompletedLabel) is { } completed ? completed is not "true" : IsReopened(status))
        {
            return $"{phase}, but not completed";
        }

        if (status.Members("taskResultsCompletionStatus"u8).Any(static r => r.Value.ValueKind is not JsonValueKind.True))
        {
            return $"{phase}, but results of its tasks are still to come";
        }

        return labels.Is(ArchivingLabel, "Pending"u8) ? $"{phase}, but still to be archived" : null;
    }

    private static bool IsReopened(JsonElement status) =>
        status.Items("conditions"u8).Any(static c => c.Is("type"u8, "Completed"u8) && !c.Is("status"u8, "True"u8));

    private static string Describe(string phase, string? message) =>
        string.IsNullOrEmpty(message) ? phase
        : $"{phase}: {(message.Length > LongestMessage ? message[..(LongestMessage - (char.IsHighSurrogate(message[LongestMessage - 1]) ? 1 : 0))] : message)}";
}
