using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Tests.Logs;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Blobs.Disks;

/// <summary>A store of blobs in a data folder of its own.</summary>
public abstract class DiskBlobTest : IDisposable
{
    private protected DiskBlobTest()
    {
        Folder = DataFolder.Open(Temporary["data"]);
        Log = OpenedLog.Of(Folder);
        Store = new DiskBlobStore(Log);
    }

    private protected static CancellationToken None => CancellationToken.None;

    private protected TemporaryFolder Temporary { get; } = new();

    private protected DataFolder Folder { get; }

    private protected StoreLog Log { get; }

    private protected DiskBlobStore Store { get; }

    public void Dispose()
    {
        Log.Dispose();
        Folder.Dispose();
        Temporary.Dispose();
        GC.SuppressFinalize(this);
    }
}
