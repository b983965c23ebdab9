namespace Provenance.Attestor.Signing.Aws;

/// <summary>What a reference led to: the ARN, which never changes, and the public half of the key that it names.</summary>
internal sealed record AwsKey(string Arn, VerificationKey PublicKey);
