namespace Provenance.Attestor.Verifying;

/// <summary>The policy behind <c>--key</c> and <c>--certificate-identity</c>: an attestation of one of the types, by one of the signers.</summary>
internal sealed class AskedPolicy(string name, IReadOnlyList<TrustedSigner> signers, IReadOnlyList<string> predicateTypes) : IPolicy
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public PolicyMode Mode => PolicyMode.Enforce;

    /// <inheritdoc/>
    public IReadOnlyList<Requirement> Requirements { get; } =
    [
        new Requirement { Name = "attestation", Signers = signers, PredicateTypes = predicateTypes },
    ];

    /// <inheritdoc/>
    public bool Covers(string? artifactName) => true;
}
