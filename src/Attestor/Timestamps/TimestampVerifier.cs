using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Timestamps;

/// <summary>Verifies the answers of time stamping authorities (RFC 3161, section 2.4.2) over a signature.</summary>
internal static class TimestampVerifier
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string Sha384 = "2.16.840.1.101.3.4.2.2";
    private const string Sha512 = "2.16.840.1.101.3.4.2.3";

    /// <summary>The time that a trusted authority vouches for, and the authority.</summary>
    /// <exception cref="EvidenceException"><c>TIME_INVALID</c> or <c>TIME_UNTRUSTED</c>.</exception>
    public static (DateTimeOffset Time, TrustedAuthority Authority) Verify(
        ReadOnlyMemory<byte> response, ReadOnlySpan<byte> signature, IReadOnlyList<TrustedAuthority> authorities)
    {
        var token = ReadToken(response);
        X509Certificate2? signer;
        try
        {
            RequireImprint(token.TokenInfo, signature);
            if (!token.VerifySignatureForData(signature, out signer, [.. authorities.Select(static authority => authority.First)]))
            {
                throw authorities.Any(authority => IsNamedBy(token, authority.First))
                    ? new EvidenceException("TIME_INVALID", "The authority that the timestamp names did not sign it.")
                    : Stranger(authorities, "an unknown certificate");
            }
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or NotSupportedException)
        {
            throw new EvidenceException("TIME_INVALID", "The timestamp's signature cannot be checked.", e);
        }

        // A signer with a valid signature may still be a stranger who put a certificate of his own into the token.
        byte[] certificate = signer.RawData;
        var time = token.TokenInfo.Timestamp;
        var signers = authorities.Where(authority => authority.Chain[0].Encoded.Span.SequenceEqual(certificate)).ToList();
        if (signers.Count is 0)
        {
            throw Stranger(authorities, StrictJson.Excerpt(signer.Subject));
        }

        return (time, signers.Find(authority => authority.ValidFor.Contains(time) && authority.FindInvalidAt(time) is null)
            ?? throw new EvidenceException("TIME_UNTRUSTED", $"The authority {StrictJson.Excerpt(signers[0].Name)} was not trusted, or a certificate of it not valid, when it signed.")
            {
                Expected = signers[0].FindInvalidAt(time) is { } invalid
                    ? new ValidityWindow(invalid.NotBefore, invalid.NotAfter).ToString()
                    : signers[0].ValidFor.ToString(),
                Actual = ValidityWindow.Text(time),
            });
    }

    /// <summary>The time that a timestamp claims, verified by nobody.</summary>
    /// <exception cref="EvidenceException"><c>TIME_INVALID</c>.</exception>
    public static DateTimeOffset ReadClaim(ReadOnlyMemory<byte> response) => ReadToken(response).TokenInfo.Timestamp;

    private static EvidenceException Stranger(IReadOnlyList<TrustedAuthority> authorities, string actual) =>
        new("TIME_UNTRUSTED", "The timestamp is by an authority that is not in the trusted root.")
        {
            Expected = string.Join(" or ", authorities.Select(static authority => StrictJson.Excerpt(authority.Name))),
            Actual = actual,
        };

    private static void RequireImprint(Rfc3161TimestampTokenInfo info, ReadOnlySpan<byte> signature)
    {
        byte[] hash = info.HashAlgorithmId.Value switch
        {
            Sha256 => SHA256.HashData(signature),
            Sha384 => SHA384.HashData(signature),
            Sha512 => SHA512.HashData(signature),
            _ => [],
        };
        if (!info.GetMessageHash().Span.SequenceEqual(hash))
        {
            throw new EvidenceException("TIME_INVALID", "The timestamp is not over this signature.")
            {
                Expected = "SHA-256, SHA-384 or SHA-512 of the signature",
                Actual = Convert.ToHexStringLower(info.GetMessageHash().Span),
            };
        }
    }

    // Chooses between two codes only: whether the token names a certificate decides nothing.
    private static bool IsNamedBy(Rfc3161TimestampToken token, X509Certificate2 certificate) =>
        token.AsSignedCms().SignerInfos[0].SignerIdentifier.Value is X509IssuerSerial named
            ? named.SerialNumber == certificate.SerialNumber
            : token.AsSignedCms().SignerInfos[0].SignerIdentifier.MatchesCertificate(certificate);

    // TimeStampResp: the status (granted, with or without modifications), then the token.
    private static Rfc3161TimestampToken ReadToken(ReadOnlyMemory<byte> response)
    {
        try
        {
            var reader = new AsnReader(response, AsnEncodingRules.BER);
            var answer = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var status = answer.ReadSequence();
            if (!status.TryReadInt32(out int value) || value is not (0 or 1))
            {
                throw new EvidenceException("TIME_INVALID", $"The time stamping authority did not grant the timestamp (status {value}).");
            }

            var encoded = answer.ReadEncodedValue();
            answer.ThrowIfNotEmpty();
            return Rfc3161TimestampToken.TryDecode(encoded, out var token, out int read) && read == encoded.Length
                ? token
                : throw new EvidenceException("TIME_INVALID", "The timestamp holds no valid token.");
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or NotSupportedException)
        {
            throw new EvidenceException("TIME_INVALID", "The timestamp is no answer of a time stamping authority.", e);
        }
    }
}
