namespace Provenance.Attestor.Policies;

/// <summary>A root of trust: which signers may speak for a builder, for which build types, and up to which SLSA build level.</summary>
/// <param name="Id">The exact builder id.</param>
/// <param name="Signers">Names of signers.</param>
/// <param name="MaximumLevel">The SLSA build level that the platform is trusted for, 1 to 3.</param>
/// <param name="BuildTypes">The exact build types.</param>
internal sealed record TrustedBuilder(string Id, IReadOnlyList<string> Signers, int MaximumLevel, IReadOnlyList<string> BuildTypes);
