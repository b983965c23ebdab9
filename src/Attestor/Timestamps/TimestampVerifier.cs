using System.Formats.Asn1;
using System.Security.Cryptography;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Timestamps;

/// <summary>Verifies the answers of time stamping authorities (RFC 3161, section 2.4.2) over a signature, or over what holds it.</summary>
internal static class TimestampVerifier
{
    /// <summary>The time that a trusted authority vouches for, and the authority.</summary>
    /// <exception cref="EvidenceException"><c>TIME_INVALID</c> or <c>TIME_UNTRUSTED</c>.</exception>
    public static (DateTimeOffset Time, TrustedAuthority Authority) Verify(
        ReadOnlyMemory<byte> response, IReadOnlyList<ReadOnlyMemory<byte>> stamped, IReadOnlyList<TrustedAuthority> authorities)
    {
        var token = ReadToken(response);
        RequireStamped(token, stamped);
        var named = authorities.Where(authority => token.Names(authority.Chain[0])).ToList();
        if (named.Count is 0)
        {
            throw new EvidenceException("TIME_UNTRUSTED", "The timestamp is by an authority that is not in the trusted root.")
            {
                Expected = string.Join(" or ", authorities.Select(static authority => StrictJson.Excerpt(authority.Name))),
                Actual = token.KeyIdentifier is { } key
                    ? $"the key {StrictJson.Excerpt(Convert.ToHexStringLower(key))}"
                    : $"the certificate of number {StrictJson.Excerpt(Convert.ToHexStringLower(token.SerialNumber.Span))}",
            };
        }

        // The same certificate may be trusted in several windows; others of the same name and number did not sign.
        var signers = named.FindAll(authority => IsSignedBy(token, authority.Chain[0]));
        if (signers.Count is 0)
        {
            throw new EvidenceException("TIME_INVALID", "The authority that the timestamp names did not sign it.");
        }

        var time = token.Time;
        var certificate = signers[0].Chain[0];
        if (!certificate.IsValidAt(time))
        {
            throw new EvidenceException("TIME_INVALID", "The timestamp was made when the certificate of the authority was not valid.")
            {
                Expected = new ValidityWindow(certificate.NotBefore, certificate.NotAfter).ToString(),
                Actual = ValidityWindow.Text(time),
            };
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
    public static DateTimeOffset ReadClaim(ReadOnlyMemory<byte> response) => ReadToken(response).Time;

    // A purpose that is not critical is no promise that the key signs timestamps alone (RFC 3161, section 2.3).
    private static bool IsSignedBy(TimestampToken token, Certificate certificate)
    {
        try
        {
            return certificate.Find(CertificateFields.ExtendedKeyUsage) is { IsCritical: true } && token.IsSignedBy(certificate);
        }
        catch (KeyException e)
        {
            throw new EvidenceException("TIME_INVALID", $"The timestamp's signature cannot be checked: {e.Message}", e);
        }
    }

    private static void RequireStamped(TimestampToken token, IReadOnlyList<ReadOnlyMemory<byte>> stamped)
    {
        if (TimestampAlgorithms.FindHash(token.ImprintAlgorithm) is { } algorithm)
        {
            for (int i = 0; i < stamped.Count; i++)
            {
                if (token.Imprint.Span.SequenceEqual(CryptographicOperations.HashData(algorithm, stamped[i].Span)))
                {
                    return;
                }
            }
        }

        throw new EvidenceException("TIME_INVALID", "The timestamp is not over this signature.")
        {
            Expected = "SHA-256, SHA-384 or SHA-512 of the signature",
            Actual = StrictJson.Excerpt(Convert.ToHexStringLower(token.Imprint.Span)),
        };
    }

    // TimeStampResp: the status (granted, with or without modifications), then the token.
    private static TimestampToken ReadToken(ReadOnlyMemory<byte> response)
    {
        try
        {
            var reader = new AsnReader(response, AsnEncodingRules.DER);
            var answer = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var status = answer.ReadSequence();
            if (!status.TryReadInt32(out int value) || value is not (0 or 1))
            {
                throw new EvidenceException("TIME_INVALID", $"The time stamping authority did not grant the timestamp (status {value}).");
            }

            var encoded = answer.ReadEncodedValue();
            answer.ThrowIfNotEmpty();
            return TimestampTokenReader.Read(encoded);
        }
        catch (AsnContentException e)
        {
            throw new EvidenceException("TIME_INVALID", "The timestamp is no answer of a time stamping authority.", e);
        }
    }
}
