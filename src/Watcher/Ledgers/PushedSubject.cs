namespace Provenance.Watcher.Ledgers;

/// <summary>A subject that has its attestation.</summary>
/// <param name="Index">The subject's index in the statement.</param>
/// <param name="Attestation">The attestation's manifest, by digest.</param>
internal sealed record PushedSubject(int Index, string Attestation);
