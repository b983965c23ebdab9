using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Transparency;

/// <summary>
/// Verifies an entry of a transparency log offline: that a trusted log holds it (promise, proof and checkpoint; all that is there must
/// hold) and that it is about this very signature.
/// </summary>
internal static class LogEntryVerifier
{
    // The latest time that DateTimeOffset can hold, in seconds since 1970.
    private const long LatestTime = 253402300799;

    /// <summary>Verifies an entry.</summary>
    /// <exception cref="EvidenceException">A code that begins with <c>TLOG_</c>, or one of malformed JSON.</exception>
    public static VerifiedLogEntry Verify(LogEntry entry, SignedContent content, LoggedSigner signer, IReadOnlyList<TrustedLog> logs)
    {
        var log = logs.FirstOrDefault(log => log.Id.Span.SequenceEqual(entry.LogId.Span))
            ?? throw new EvidenceException("TLOG_UNTRUSTED", "The entry is of a transparency log that is not in the trusted root.")
            {
                Expected = string.Join(" or ", logs.Select(static log => log.BaseUrl.Host)),
                Actual = $"log {Convert.ToHexStringLower(entry.LogId.Span)}",
            };
        bool isVersion2 = entry is { Kind: "hashedrekord", Version: "0.0.2" };
        var time = entry.Promise is { } promise && !isVersion2 ? VerifyPromise(entry, promise, log) : (DateTimeOffset?)null;
        if (entry.Proof is { } proof)
        {
            VerifyProof(entry, proof, log, isVersion2);
        }
        else if (time is null)
        {
            throw new EvidenceException("TLOG_PROOF", "The log entry has no inclusion proof.") { Expected = "inclusionProof with checkpoint", Actual = "nothing" };
        }

        if (isVersion2 && entry.Promise is not null)
        {
            throw new EvidenceException("TLOG_SET", $"The entry has a promise (signed entry timestamp), but logs of version 2 as {log.BaseUrl.Host} make none.") { Expected = "no inclusionPromise", Actual = "one" };
        }

        LoggedBody.Verify(entry, content, signer);
        return new VerifiedLogEntry(log, entry.LogIndex, time);
    }

    /// <summary>The trusted log of version 2 that signed a checkpoint.</summary>
    /// <exception cref="EvidenceException"><c>TLOG_UNTRUSTED</c> or <c>TLOG_PROOF</c>.</exception>
    public static TrustedLog FindSigner(Checkpoint checkpoint, IReadOnlyList<TrustedLog> logs)
    {
        var log = logs.FirstOrDefault(log => log.Origin == checkpoint.Origin
                && checkpoint.Signatures.Any(signature => signature.Name == log.Origin && signature.KeyHint.Span.SequenceEqual(log.KeyHint.Span)))
            ?? throw new EvidenceException("TLOG_UNTRUSTED", "The checkpoint is of a transparency log that is not in the trusted root.")
            {
                Expected = string.Join(" or ", logs.Select(static log => log.Origin)),
                Actual = StrictJson.Excerpt(checkpoint.Origin),
            };
        RequireSignature(checkpoint, log, log.Origin);
        return log;
    }

    private static DateTimeOffset VerifyPromise(LogEntry entry, ReadOnlyMemory<byte> promise, TrustedLog log)
    {
        if (!log.Key.Verify(InclusionPromise.SignedBytes(entry), promise.Span))
        {
            throw new EvidenceException("TLOG_SET", $"The log {log.BaseUrl.Host} did not sign the entry's promise (signed entry timestamp).");
        }

        if (entry.IntegratedTime is 0 or > LatestTime)
        {
            throw new EvidenceException("TLOG_SET", $"The log entry has the time {entry.IntegratedTime}, which is none.");
        }

        var time = DateTimeOffset.FromUnixTimeSeconds(entry.IntegratedTime);
        return log.ValidFor.Contains(time)
            ? time
            : throw new EvidenceException("TLOG_UNTRUSTED", $"The key of the log {log.BaseUrl.Host} was not trusted when it took the entry.")
            {
                Expected = log.ValidFor.ToString(),
                Actual = ValidityWindow.Text(time),
            };
    }

    private static void VerifyProof(LogEntry entry, InclusionProof proof, TrustedLog log, bool isVersion2)
    {
        if (proof.Checkpoint is null)
        {
            throw new EvidenceException("TLOG_PROOF", "The inclusion proof has no checkpoint, so that its root hash is nobody's word.") { Expected = "a checkpoint", Actual = "nothing" };
        }

        var checkpoint = Checkpoint.Parse(proof.Checkpoint);
        if (isVersion2 && checkpoint.Origin != log.Origin)
        {
            throw new EvidenceException("TLOG_PROOF", "The checkpoint is of another log.") { Expected = log.Origin, Actual = StrictJson.Excerpt(checkpoint.Origin) };
        }

        // Version 1 writes "name - tree" into the first line, version 2 the name alone.
        RequireSignature(checkpoint, log, isVersion2 ? log.Origin : checkpoint.Origin.Split(" - ")[0]);

        // Version 1 spreads one log over several trees: the proof has a place of its own. In version 2 there is one tree.
        if (isVersion2 && proof.LogIndex != entry.LogIndex)
        {
            throw new EvidenceException("TLOG_PROOF", "The inclusion proof is for another place in the log than the entry's.") { Expected = $"{entry.LogIndex}", Actual = $"{proof.LogIndex}" };
        }

        // In version 2 the copies of what the checkpoint says may be left out, but not be others.
        bool rootsAgree = (proof.RootHash.IsEmpty && isVersion2) || proof.RootHash.Span.SequenceEqual(checkpoint.RootHash.Span);
        bool sizesAgree = (proof.TreeSize is 0 && isVersion2) || proof.TreeSize == checkpoint.Size;
        if (!rootsAgree || !sizesAgree)
        {
            throw new EvidenceException("TLOG_PROOF", "The inclusion proof is for another state of the log than the checkpoint.")
            {
                Expected = $"size {checkpoint.Size}, root {Convert.ToHexStringLower(checkpoint.RootHash.Span)}",
                Actual = $"size {proof.TreeSize}, root {Convert.ToHexStringLower(proof.RootHash.Span)}",
            };
        }

        byte[]? root = MerkleTree.RootOf(entry.Body.Span, proof.LogIndex, checkpoint.Size, proof.Hashes);
        if (root is null || !checkpoint.RootHash.Span.SequenceEqual(root))
        {
            throw new EvidenceException("TLOG_PROOF", "The inclusion proof does not lead from the entry to the root hash that the log signed.")
            {
                Expected = Convert.ToHexStringLower(checkpoint.RootHash.Span),
                Actual = root is null ? $"a path of {proof.Hashes.Count} hashes for entry {proof.LogIndex} of {checkpoint.Size}" : Convert.ToHexStringLower(root),
            };
        }
    }

    private static void RequireSignature(Checkpoint checkpoint, TrustedLog log, string name)
    {
        // The first one that claims to be the log's has to be: as with others who read notes, and so that nobody has us try them all.
        var own = checkpoint.Signatures.FirstOrDefault(signature => signature.KeyHint.Span.SequenceEqual(log.KeyHint.Span) && signature.Name == name);
        if (own is null || !log.Key.Verify(checkpoint.SignedText.Span, own.Value.Span))
        {
            throw new EvidenceException("TLOG_PROOF", $"The log {log.BaseUrl.Host} did not sign the checkpoint.")
            {
                Expected = $"a signature with the key hint {Convert.ToHexStringLower(log.KeyHint.Span)}",
                Actual = StrictJson.Excerpt(string.Join(", ", checkpoint.Signatures.Select(static s => $"{s.Name} {Convert.ToHexStringLower(s.KeyHint.Span)}"))),
            };
        }
    }
}
