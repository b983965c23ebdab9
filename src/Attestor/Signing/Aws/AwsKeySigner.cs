using System.Security.Cryptography;

namespace Provenance.Attestor.Signing.Aws;

/// <summary>Signs with one key, and believes no signature that it has not verified.</summary>
internal sealed class AwsKeySigner(AwsClient client, AwsKey key) : ISigner
{
    /// <inheritdoc/>
    public VerificationKey PublicKey => key.PublicKey;

    /// <inheritdoc/>
    public IReadOnlyList<string> Services => [client.Service];

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        byte[] signature = await client.SignAsync(key.Arn, SHA256.HashData(content.Span), cancellationToken).ConfigureAwait(false);
        return key.PublicKey.Verify(content.Span, signature)
            ? signature
            : throw new SigningServiceException(SigningServiceException.BadAnswer, $"AWS KMS at {client.Service} answered something that is no signature over this content by {key.Arn}. It was thrown away.") { Service = client.Service };
    }
}
