using System.Text;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>
/// The version from which a watch goes on: opaque, kept as it was sent. It changes with every event, so it is kept without a string.
/// </summary>
internal sealed class WatchPosition
{
    private byte[] text = new byte[32];
    private int length;

    public bool IsKnown => length > 0;

    public void Set(ReadOnlySpan<byte> resourceVersion)
    {
        if (resourceVersion.Length is 0)
        {
            return;
        }

        if (resourceVersion.Length > text.Length)
        {
            text = new byte[resourceVersion.Length];
        }

        resourceVersion.CopyTo(text);
        length = resourceVersion.Length;
    }

    public void Set(string resourceVersion) => Set(Encoding.UTF8.GetBytes(resourceVersion));

    public void Forget() => length = 0;

    public override string ToString() => Encoding.UTF8.GetString(text, 0, length);
}
