using Provenance.ArtifactStore.Digests;

namespace Provenance.Attestor.Verifying;

/// <summary>A place where evidence about an artifact may be: bytes that the caller has, or a repository.</summary>
public abstract class EvidenceSource
{
    private protected EvidenceSource()
    {
    }

    /// <summary>
    /// Finds what may be evidence: candidates to look at and reports of what could not become one. Never throws for what a registry
    /// does, only when cancelled.
    /// </summary>
    internal abstract IAsyncEnumerable<EvidenceFinding> FindAsync(Digest subject, CancellationToken cancellationToken);
}
