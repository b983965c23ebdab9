namespace Provenance.Attestor.Signing;

/// <summary>A signer read from a file, with what is wrong with the file although it could be read.</summary>
/// <param name="Signer">The signer; the caller disposes of it.</param>
/// <param name="Problems">Sentences to show to the operator, such as a file that others may read; empty when all is well.</param>
public sealed record LoadedSigner(KeySigner Signer, IReadOnlyList<string> Problems);
