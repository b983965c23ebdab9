using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Recorded;

/// <summary>One of <c>status.conditions</c> of a Kubernetes object.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Reason">Its reason; empty where there is none.</param>
/// <param name="Since">When it last changed.</param>
internal readonly record struct ObjectCondition(ConditionStatus Status, string Reason, DateTimeOffset? Since)
{
    /// <summary>Finds the condition of a type; its status is <see cref="ConditionStatus.Absent"/> where there is none.</summary>
    public static ObjectCondition Find(JsonElement status, string type)
    {
        foreach (var condition in status.Items("conditions"u8))
        {
            if (condition.Text("type"u8) == type)
            {
                var value = condition.Text("status"u8) switch
                {
                    "True" => ConditionStatus.True,
                    "False" => ConditionStatus.False,
                    _ => ConditionStatus.Unknown,
                };
                return new ObjectCondition(value, condition.Text("reason"u8) ?? "", condition.Time("lastTransitionTime"u8));
            }
        }

        return new ObjectCondition(ConditionStatus.Absent, "", null);
    }

    /// <summary>What an object that is not over says of itself: the reason, else the type, of the last condition that is True; empty where none is.</summary>
    public static string ReasonToWait(JsonElement status)
    {
        var last = status.Items("conditions"u8).LastOrDefault(static c => c.Is("status"u8, "True"u8));
        return last.Text("reason"u8) is { Length: > 0 } reason ? reason : last.Text("type"u8) ?? "";
    }
}
