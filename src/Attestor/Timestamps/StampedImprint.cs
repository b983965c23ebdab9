namespace Provenance.Attestor.Timestamps;

/// <summary>What an authority stamped, and when (RFC 3161, TSTInfo).</summary>
/// <param name="Algorithm">The object identifier of the hash function.</param>
/// <param name="Hash">The hash of what was stamped.</param>
/// <param name="Time">When it was stamped.</param>
internal sealed record StampedImprint(string Algorithm, ReadOnlyMemory<byte> Hash, DateTimeOffset Time);
