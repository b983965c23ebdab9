using System.Text;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Observing;

/// <summary>What is kept of an object: all of it but the bookkeeping of field managers, and with its kind, which items of lists lack.</summary>
internal static class Evidence
{
    /// <summary>The object as it is kept.</summary>
    public static byte[] Of(ServedResource resource, ReadOnlySpan<byte> json, ref readonly ObjectHead head)
    {
        byte[] kind = head.HasKind ? [] : Encoding.UTF8.GetBytes($"\"apiVersion\":\"{resource.ApiVersion}\",\"kind\":\"{resource.Resource.Kind}\",");
        int start = json.IndexOf((byte)'{') + 1;
        if (head.ManagedFields.End.Value is 0)
        {
            return [(byte)'{', .. kind, .. json[start..]];
        }

        // A member goes with the comma behind it, or else with the one before it.
        var before = json[start..head.ManagedFields.Start.Value].TrimEnd(" \t\r\n"u8);
        var after = json[head.ManagedFields.End.Value..].TrimStart(" \t\r\n"u8);
        if (after.StartsWith(","u8))
        {
            after = after[1..];
        }
        else if (before.EndsWith(","u8))
        {
            before = before[..^1];
        }

        return [(byte)'{', .. kind, .. before, .. after];
    }
}
