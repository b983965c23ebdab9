namespace Provenance.ArtifactStore.Logs;

/// <summary>The coarse time by which blobs are known as recently used.</summary>
internal static class LogClock
{
    /// <summary>The minutes since 1970.</summary>
    public static uint MinuteOf(TimeProvider time) => (uint)(time.GetUtcNow().ToUnixTimeSeconds() / 60);
}
