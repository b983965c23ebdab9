using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Tests.Logs;

/// <summary>Opens logs as tests want them.</summary>
internal static class OpenedLog
{
    public static StoreLog Of(DataFolder folder, LogOptions? options = null, IDisk? disk = null, TimeProvider? time = null) =>
        StoreLog.Open(folder, options ?? new LogOptions(), disk ?? new LocalDisk(Durability.Full), time ?? TimeProvider.System);
}
