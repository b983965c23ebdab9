using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>Storage from which clients can read a blob themselves.</summary>
internal interface IBlobAddresses
{
    /// <summary>An address that gives whoever has it the stored blob for a while; null where the blob is to be read through the store.</summary>
    Uri? FindAddress(Digest digest, long size);
}
