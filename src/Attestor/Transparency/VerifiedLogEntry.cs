using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Transparency;

/// <summary>A log entry that was verified.</summary>
/// <param name="Log">The log that holds it.</param>
/// <param name="Index">Its place in the log.</param>
/// <param name="IntegratedTime">When the log took it; null where it does not vouch for a time.</param>
internal sealed record VerifiedLogEntry(TrustedLog Log, long Index, DateTimeOffset? IntegratedTime);
