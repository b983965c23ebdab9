using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Signers;

/// <summary>Finds the trusted authority that issued a signing certificate, and verifies the certificate under it at every time.</summary>
internal static class IssuerFinder
{
    /// <summary>The certificate that issued the signing certificate.</summary>
    /// <exception cref="EvidenceException"><c>CERT_CHAIN</c>, <c>CERT_INVALID</c> or <c>TIME_OUT_OF_RANGE</c>.</exception>
    public static Certificate Find(
        Certificate certificate, IReadOnlyList<ReadOnlyMemory<byte>> chain, IReadOnlyList<VerifiedTime> times, IReadOnlyList<TrustedAuthority> authorities)
    {
        RequireSigningCertificate(certificate);
        if (times.FirstOrDefault(time => !certificate.IsValidAt(time.Time)) is { } outside)
        {
            throw OutOfRange("The signature was made when its certificate was not valid.", new ValidityWindow(certificate.NotBefore, certificate.NotAfter), outside);
        }

        EvidenceException? nearest = null;
        foreach (var authority in authorities.Where(authority => IsIssuedBy(certificate, authority.Chain[0])))
        {
            if (times.FirstOrDefault(time => !authority.ValidFor.Contains(time.Time)) is { } untrusted)
            {
                nearest = OutOfRange($"The certificate authority {StrictJson.Excerpt(authority.Name)} was not trusted when the signature was made.", authority.ValidFor, untrusted);
            }
            else if (times.FirstOrDefault(time => authority.FindInvalidAt(time.Time) is not null) is { } expired)
            {
                nearest = OutOfRange(
                    $"A certificate of the authority {StrictJson.Excerpt(authority.Name)} was not valid when the signature was made.",
                    Window(authority.FindInvalidAt(expired.Time)!),
                    expired);
            }
            else
            {
                return authority.Chain[0];
            }
        }

        throw nearest ?? new EvidenceException("CERT_CHAIN", "No certificate authority of the trusted root issued the certificate.")
        {
            Expected = string.Join(" or ", authorities.Select(static authority => StrictJson.Excerpt(authority.Name))),
        };
    }

    /// <summary>The certificate's key.</summary>
    /// <exception cref="EvidenceException"><c>KEY_ALG_UNSUPPORTED</c> or <c>CERT_INVALID</c>.</exception>
    public static SignatureKey KeyOf(Certificate certificate)
    {
        try
        {
            return certificate.Key;
        }
        catch (KeyException e)
        {
            throw new EvidenceException(e.Code is "KEY_ALG_UNSUPPORTED" ? e.Code : "CERT_INVALID", $"The key of the certificate cannot be used: {e.Message}", e);
        }
    }

    /// <summary>The hash function that goes with the certificate's key; null where <see cref="KeyOf"/> refuses the key.</summary>
    public static HashAlgorithmName? FindHash(Certificate certificate)
    {
        try
        {
            return certificate.Key.Hash;
        }
        catch (KeyException)
        {
            return null;
        }
    }

    private static void RequireSigningCertificate(Certificate certificate)
    {
        if (CertificateFields.FindUnknownCritical(certificate) is { } oid)
        {
            throw new EvidenceException("CERT_CHAIN", $"The certificate has the critical extension {oid}, which is not understood here.");
        }

        if (CertificateFields.ReadBasicConstraints(certificate).IsAuthority)
        {
            throw new EvidenceException("CERT_CHAIN", "The certificate is that of an authority, which must not sign artifacts.") { Expected = "CA:FALSE", Actual = "CA:TRUE" };
        }

        if (!CertificateFields.MaySign(certificate))
        {
            throw new EvidenceException("CERT_CHAIN", "The certificate's key usage does not allow signatures.") { Expected = "digitalSignature" };
        }

        var purposes = CertificateFields.ReadPurposes(certificate);
        if (purposes is null || !purposes.Contains(CertificateFields.CodeSigning, StringComparer.Ordinal))
        {
            throw new EvidenceException("CERT_CHAIN", "The certificate is not for code signing.")
            {
                Expected = CertificateFields.CodeSigning,
                Actual = purposes is null ? "no extended key usage" : StrictJson.Excerpt(string.Join(", ", purposes)),
            };
        }
    }

    /// <summary>
    /// A time that a log entry states proves nothing without a promise, but one at which the certificate was not valid contradicts the rest,
    /// and is refused as in sigstore-go.
    /// </summary>
    /// <exception cref="EvidenceException"><c>TIME_OUT_OF_RANGE</c>.</exception>
    public static void RefuseForeignTimes(Certificate certificate, IReadOnlyList<LogEntry> entries)
    {
        if (entries.FirstOrDefault(entry => entry.IntegratedTime is not 0 && !IsWithin(certificate, entry.IntegratedTime)) is { } outside)
        {
            throw new EvidenceException("TIME_OUT_OF_RANGE", "The log entry states a time at which the certificate was not valid.")
            {
                Expected = Window(certificate).ToString(),
                Actual = $"{outside.IntegratedTime} seconds since 1970",
            };
        }
    }

    private static bool IsWithin(Certificate certificate, long seconds) =>
        seconds >= certificate.NotBefore.ToUnixTimeSeconds() && seconds <= certificate.NotAfter.ToUnixTimeSeconds();

    /// <summary>Certificates after the first are never used, but a root among them says that somebody takes it for trusted.</summary>
    /// <exception cref="EvidenceException"><c>CERT_CHAIN</c> or <c>CERT_INVALID</c>.</exception>
    public static void RefuseRoots(IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        for (int i = 1; i < chain.Count; i++)
        {
            if (Certificate.Parse(chain[i]).IsSelfIssued)
            {
                throw new EvidenceException("CERT_CHAIN", "The bundle carries a root certificate; roots come from the trusted root only.");
            }
        }
    }

    private static bool IsIssuedBy(Certificate certificate, Certificate issuer)
    {
        try
        {
            return certificate.IsSignedBy(issuer);
        }
        catch (KeyException)
        {
            return false;
        }
    }

    private static ValidityWindow Window(Certificate certificate) => new(certificate.NotBefore, certificate.NotAfter);

    private static EvidenceException OutOfRange(string message, ValidityWindow window, VerifiedTime time) => new("TIME_OUT_OF_RANGE", message)
    {
        Expected = window.ToString(),
        Actual = $"{ValidityWindow.Text(time.Time)} ({StrictJson.Excerpt(time.Witness)})",
    };
}
