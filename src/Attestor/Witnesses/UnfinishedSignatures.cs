namespace Provenance.Attestor.Witnesses;

/// <summary>
/// Keeps signatures whose witnesses did not all answer, so that the next attempt asks only those that are missing. A log that took an
/// entry while its answer was lost would otherwise be given another one for the same content.
/// </summary>
internal sealed class UnfinishedSignatures(TimeProvider time)
{
    // More than ever sign at once; past it the oldest is forgotten, which costs an entry in a log and nothing else.
    private const int Capacity = 256;

    private readonly Lock gate = new();
    private readonly OrderedDictionary<string, UnfinishedSignature> kept = new(StringComparer.Ordinal);

    /// <summary>Takes the signature over this content out, for the caller alone; null where there is none that is worth finishing.</summary>
    public UnfinishedSignature? Take(string content)
    {
        lock (gate)
        {
            return kept.Remove(content, out var signature) && signature.UsableUntil > time.GetUtcNow() ? signature : null;
        }
    }

    /// <summary>Keeps a signature for the next attempt.</summary>
    public void Keep(string content, UnfinishedSignature signature)
    {
        lock (gate)
        {
            kept.Remove(content);
            if (kept.Count >= Capacity)
            {
                kept.RemoveAt(0);
            }

            kept.Add(content, signature);
        }
    }
}
