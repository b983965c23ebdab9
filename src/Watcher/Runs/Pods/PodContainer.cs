using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Pods;

/// <summary>A container of a Pod as the kubelet saw it.</summary>
/// <param name="Name">The container's name, unique in its Pod.</param>
/// <param name="Role">What it is in its Pod.</param>
/// <param name="Status">Its entry of <c>containerStatuses</c> or the like.</param>
internal sealed record PodContainer(string Name, ContainerRole Role, JsonElement Status)
{
    /// <summary>Under which name the statement lists the image.</summary>
    public string ImageName => Role switch
    {
        ContainerRole.Init => "images/init/" + Name,
        ContainerRole.Sidecar => "sidecars/" + Name,
        ContainerRole.Ephemeral => "images/ephemeral/" + Name,
        _ => "images/" + Name,
    };

    /// <summary>How its last run ended; undefined where it did not.</summary>
    public JsonElement Terminated => Status.Member("state"u8).Member("terminated"u8);

    /// <summary>The code with which it ended; null where it is not known.</summary>
    public int? ExitCode => Terminated.Member("exitCode"u8) is { ValueKind: JsonValueKind.Number } code && code.TryGetInt32(out int value) ? value : null;

    /// <summary>Whether the kernel killed a process of it for want of memory, or its node was lost: its exit code then says nothing.</summary>
    public bool WasLost => Terminated.Is("reason"u8, "OOMKilled"u8) || Terminated.Is("reason"u8, "ContainerStatusUnknown"u8);
}
