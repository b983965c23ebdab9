using Provenance.Attestor.Bundles;

namespace Provenance.Attestor.Witnesses;

/// <summary>
/// Keeps signatures whose witnesses did not all answer, so that the next attempt asks only those that are missing. A log that took an
/// entry while its answer was lost would otherwise be given another one for the same content.
/// </summary>
internal sealed class UnfinishedSignatures(TimeProvider time)
{
    // More than ever sign at once. Past either, the oldest is forgotten, which costs an entry in a log and nothing else.
    private const int Capacity = 256;
    private const long MaximumSize = 16 << 20;

    private readonly Lock gate = new();
    private readonly OrderedDictionary<string, UnfinishedSignature> kept = new(StringComparer.Ordinal);
    private long size;

    /// <summary>How many bytes the signatures that are kept hold of what they sign.</summary>
    public long Size
    {
        get
        {
            lock (gate)
            {
                return size;
            }
        }
    }

    /// <summary>Takes the signature over this content out, for the caller alone; null where there is none that is worth finishing.</summary>
    public UnfinishedSignature? Take(string content)
    {
        lock (gate)
        {
            return Drop(content) is { } signature && signature.UsableUntil > time.GetUtcNow() ? signature : null;
        }
    }

    /// <summary>Keeps a signature for the next attempt.</summary>
    public void Keep(string content, UnfinishedSignature signature)
    {
        lock (gate)
        {
            Drop(content);
            var now = time.GetUtcNow();
            foreach (string past in kept.Where(one => one.Value.UsableUntil <= now).Select(static one => one.Key).ToList())
            {
                Drop(past);
            }

            long added = SizeOf(signature);
            while (kept.Count > 0 && (kept.Count >= Capacity || size + added > MaximumSize))
            {
                Drop(kept.GetAt(0).Key);
            }

            if (added <= MaximumSize)
            {
                kept.Add(content, signature);
                size += added;
            }
        }
    }

    private UnfinishedSignature? Drop(string content)
    {
        if (kept.Remove(content, out var signature))
        {
            size -= SizeOf(signature);
        }

        return signature;
    }

    // What else there is of a signature is small.
    private static long SizeOf(UnfinishedSignature signature) => signature.Content is EnvelopeContent attestation ? attestation.Envelope.Payload.Length : 0;
}
