using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Verifying;

/// <summary>The policy behind <c>--key</c>: an attestation of one of the types, signed by one of the keys.</summary>
internal sealed class KeyPolicy(IReadOnlyList<VerificationKey> keys, IReadOnlyList<string> predicateTypes) : IPolicy
{
    /// <inheritdoc/>
    public string Name => "key";

    /// <inheritdoc/>
    public PolicyMode Mode => PolicyMode.Enforce;

    /// <inheritdoc/>
    public IReadOnlyList<Requirement> Requirements { get; } =
    [
        new Requirement
        {
            Name = "attestation",
            Signers = [.. keys.Select(static key => new TrustedSigner(key.Fingerprint, key))],
            PredicateTypes = predicateTypes,
        },
    ];

    /// <inheritdoc/>
    public bool Covers(string? artifactName) => true;
}
