namespace Provenance.Attestor.Signing.Folders;

/// <summary>What a folder of keys held at one moment.</summary>
/// <param name="Stamp">By what the moment is known: another content has another stamp.</param>
/// <param name="Signer">The key that signs.</param>
/// <param name="Earlier">The keys that only verify.</param>
/// <param name="Problems">Sentences to show to the operator.</param>
internal sealed record FolderKeys(string Stamp, KeySigner Signer, IReadOnlyList<VerificationKey> Earlier, IReadOnlyList<string> Problems);
