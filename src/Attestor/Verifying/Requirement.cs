namespace Provenance.Attestor.Verifying;

/// <summary>
/// Something that one attestation must show. Everything in a requirement has to hold in one envelope that one trusted signer signed.
/// </summary>
public sealed record Requirement
{
    /// <summary>The name, unique within its policy.</summary>
    public required string Name { get; init; }

    /// <summary>Whose signatures count.</summary>
    public required IReadOnlyList<TrustedSigner> Signers { get; init; }

    /// <summary>The predicate types that are accepted, exact URIs.</summary>
    public required IReadOnlyList<string> PredicateTypes { get; init; }

    /// <summary>What the predicate must say; null where its type is enough.</summary>
    public IPredicateCheck? Predicate { get; init; }
}
