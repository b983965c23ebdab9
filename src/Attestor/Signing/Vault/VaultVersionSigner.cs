using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Signing.Vault;

/// <summary>Signs with one version of a key, and believes no signature that it has not verified.</summary>
internal sealed class VaultVersionSigner(VaultClient client, string name, VaultKey key, Func<int, CancellationToken, Task<SigningServiceException>> refuse) : ISigner
{
    private const string What = "signature";

    /// <inheritdoc/>
    public VerificationKey PublicKey => key.Newest;

    /// <inheritdoc/>
    public IReadOnlyList<string> Services => [client.Service];

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["input"] = Convert.ToBase64String(SHA256.HashData(content.Span)),
            ["prehashed"] = true,
            ["marshaling_algorithm"] = "asn1",
            ["key_version"] = key.Version,
        };
        byte[] answer = await client.AskAsync($"sign/{name}/sha2-256", body, "update", cancellationToken).ConfigureAwait(false)
            ?? throw await refuse(key.Version, cancellationToken).ConfigureAwait(false);
        return Read(answer) is { } signature && key.Newest.Verify(content.Span, signature)
            ? signature
            : throw new SigningServiceException(
                SigningServiceException.BadAnswer,
                $"Vault at {client.Service} answered something that is no signature over this content by version {key.Version} of the key {name}. It was thrown away. Check what stands between this machine and Vault.")
            { Service = client.Service };
    }

    private byte[]? Read(byte[] answer)
    {
        try
        {
            using var document = StrictJson.ParseObject(answer, What);
            string text = StrictJson.GetText(StrictJson.Get(document.RootElement, "data", JsonValueKind.Object, What), "signature", What);
            string prefix = string.Create(CultureInfo.InvariantCulture, $"vault:v{key.Version}:");
            return text.StartsWith(prefix, StringComparison.Ordinal) && StrictBase64.TryDecode(text.AsSpan(prefix.Length), out byte[]? signature) ? signature : null;
        }
        catch (EvidenceException)
        {
            return null;
        }
    }
}
