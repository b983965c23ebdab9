using Provenance.Attestor.Bundles;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Timestamps;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Signers;

/// <summary>What a bundle claims. Nothing of it is verified: whoever wrote the bundle may have written anything.</summary>
public sealed record BundleInspection
{
    private BundleInspection()
    {
    }

    /// <summary>The material, as read.</summary>
    public required BundleMaterial Material { get; init; }

    /// <summary>Whom the certificate names; null for a key, or for a certificate that names nobody or two.</summary>
    public required CertificateIdentity? Identity { get; init; }

    /// <summary>When the certificate is valid; null for a key.</summary>
    public required ValidityWindow? CertificateValidity { get; init; }

    /// <summary>The times that timestamps claim; null for one that cannot be read.</summary>
    public required IReadOnlyList<DateTimeOffset?> Timestamps { get; init; }

    /// <summary>The payload type of an attestation; null for a plain signature.</summary>
    public required string? PayloadType { get; init; }

    /// <summary>The statement; null where there is none that can be read.</summary>
    public required Statement? Statement { get; init; }

    /// <summary>The plain signature; null for an attestation.</summary>
    public required SignedMessage? Message { get; init; }

    /// <summary>Reads a bundle.</summary>
    /// <exception cref="EvidenceException">It cannot be read.</exception>
    public static BundleInspection Read(ReadOnlyMemory<byte> utf8)
    {
        var (material, envelope, message) = BundleReader.Read(utf8);
        var certificate = material.Certificates.Count > 0 ? Certificate.Parse(material.Certificates[0]) : null;
        return new BundleInspection
        {
            Material = material,
            Identity = certificate is null ? null : Try(() => CertificateFields.ReadIdentity(certificate)),
            CertificateValidity = certificate is null ? null : new ValidityWindow(certificate.NotBefore, certificate.NotAfter),
            Timestamps = [.. material.Timestamps.Select(static timestamp => TryTime(timestamp))],
            PayloadType = envelope?.PayloadType,
            Statement = envelope is null ? null : Try(() => StatementReader.Read(envelope.Payload)),
            Message = message,
        };
    }

    private static DateTimeOffset? TryTime(ReadOnlyMemory<byte> timestamp)
    {
        try
        {
            return TimestampVerifier.ReadClaim(timestamp);
        }
        catch (EvidenceException)
        {
            return null;
        }
    }

    private static T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (EvidenceException)
        {
            return null;
        }
    }
}
