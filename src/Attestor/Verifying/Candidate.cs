using Provenance.ArtifactStore.Digests;

namespace Provenance.Attestor.Verifying;

/// <summary>Bytes that may be evidence, not looked at yet.</summary>
/// <param name="Source">Where they came from, for people to find them: a file name, or a manifest in a registry.</param>
/// <param name="Kind">Their format.</param>
/// <param name="Content">The exact bytes.</param>
public sealed record Candidate(string Source, CandidateKind Kind, ReadOnlyMemory<byte> Content)
{
    /// <summary>Whether the caller named these very bytes, rather than a place to search.</summary>
    public bool IsOffered { get; init; }

    /// <summary>For a bare envelope under cosign's older tag: what the manifest says beside it, unauthenticated; null elsewhere.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The digest of the bytes, by which reports are ordered.</summary>
    public Digest Digest { get; } = Digest.Of(Content.Span);
}
