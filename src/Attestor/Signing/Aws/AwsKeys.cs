namespace Provenance.Attestor.Signing.Aws;

/// <summary>The key that a reference to AWS KMS names now, and those that it named before.</summary>
/// <param name="Newest">The key that signs.</param>
/// <param name="Replaced">Public halves of the keys before it.</param>
internal sealed record AwsKeys(AwsKey Newest, IReadOnlyList<VerificationKey> Replaced)
{
    /// <summary>The same after the reference was looked up again.</summary>
    public AwsKeys With(AwsKey found) => found.PublicKey.Fingerprint == Newest.PublicKey.Fingerprint
        ? this with { Newest = found }
        : new AwsKeys(found, [.. Replaced.Where(earlier => earlier.Fingerprint != Newest.PublicKey.Fingerprint), Newest.PublicKey]);
}
