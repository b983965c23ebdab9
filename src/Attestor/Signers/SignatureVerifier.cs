using Provenance.Attestor.Bundles;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Timestamps;
using Provenance.Attestor.Transparency;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Signers;

/// <summary>
/// Verifies who signed a bundle, offline, from top to bottom: log entries, times, the certificate's chain at every time, the
/// certificate's log, the signature with what it is over. Who the signer ought to be is for the caller to say afterwards.
/// </summary>
/// <param name="root">Whom to trust.</param>
/// <param name="demands">What the bundle must prove.</param>
public sealed class SignatureVerifier(TrustedRoot root, SignatureDemands demands)
{
    /// <summary>Verifies a signature by a certificate.</summary>
    /// <exception cref="EvidenceException">It does not hold; the code says at which step.</exception>
    public VerifiedSignature VerifyCertificate(BundleMaterial material, SignedContent content)
    {
        ArgumentNullException.ThrowIfNull(material);
        ArgumentNullException.ThrowIfNull(content);
        if (material.Certificates.Count is 0)
        {
            throw new EvidenceException("CERT_EXPECTED", "The bundle was signed with a key; a certificate is asked for.") { Expected = "a certificate", Actual = "a key" };
        }

        var certificate = Certificate.Parse(material.Certificates[0]);
        IssuerFinder.RefuseRoots(material.Certificates);
        var entries = VerifyEntries(material, content, new LoggedSigner(IsCertificate: true, certificate.Encoded) { Hash = IssuerFinder.FindHash(certificate) });
        var times = VerifyTimes(material, content, entries);
        if (times.Count is 0)
        {
            throw new EvidenceException("TIME_MISSING", "Nobody who is trusted saw the signature, so that it is not known whether the certificate was valid.")
            {
                Expected = "an RFC 3161 timestamp, or a log entry with an inclusion promise",
                Actual = "neither",
            };
        }

        var issuer = IssuerFinder.Find(certificate, material.Certificates, times, root.CertificateAuthorities);
        IssuerFinder.RefuseForeignTimes(certificate, material.LogEntries);
        if (demands.CertificateLog)
        {
            CertificateTransparency.Verify(certificate, issuer, root.CertificateLogs);
        }

        var key = IssuerFinder.KeyOf(certificate);
        VerifySignature(content, key);
        return new VerifiedSignature { Key = key, Identity = CertificateFields.ReadIdentity(certificate), Times = times, LogEntries = Name(entries) };
    }

    /// <summary>Verifies a signature by a key, with the log entries and timestamps beside it.</summary>
    /// <exception cref="EvidenceException">It does not hold; the code says at which step.</exception>
    public VerifiedSignature VerifyKey(BundleMaterial material, SignedContent content, SignatureKey key)
    {
        ArgumentNullException.ThrowIfNull(material);
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(key);
        RequireKey(material);
        var entries = VerifyEntries(material, content, new LoggedSigner(IsCertificate: false, key.SubjectPublicKeyInfo) { Hash = key.Hash });
        var times = VerifyTimes(material, content, entries);
        VerifySignature(content, key);
        return new VerifiedSignature { Key = key, Identity = null, Times = times, LogEntries = Name(entries) };
    }

    /// <summary>Verifies a signature by a key and nothing beside it.</summary>
    /// <exception cref="EvidenceException">It does not hold.</exception>
    public static VerifiedSignature VerifyKeyAlone(BundleMaterial material, SignedContent content, SignatureKey key)
    {
        ArgumentNullException.ThrowIfNull(material);
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(key);
        RequireKey(material);
        VerifySignature(content, key);
        return new VerifiedSignature { Key = key, Identity = null, Times = [], LogEntries = [] };
    }

    private static void RequireKey(BundleMaterial material)
    {
        if (material.Certificates.Count > 0)
        {
            throw new EvidenceException("KEY_EXPECTED", "The bundle was signed with a certificate; a key is asked for.") { Expected = "a key", Actual = "a certificate" };
        }
    }

    private static void VerifySignature(SignedContent content, SignatureKey key)
    {
        if (!content.IsSignedBy(key))
        {
            throw new EvidenceException("SIG_INVALID", $"The {key.Algorithm} key did not make the signature over this content.") { Expected = $"a signature by sha256:{key.Fingerprint}" };
        }
    }

    private static List<string> Name(List<VerifiedLogEntry> entries) => [.. entries.Select(static entry => $"{entry.Log.BaseUrl.Host} {entry.Index}")];

    private List<VerifiedLogEntry> VerifyEntries(BundleMaterial material, SignedContent content, LoggedSigner signer)
    {
        if (demands.LogEntry && material.LogEntries.Count is 0)
        {
            throw new EvidenceException("TLOG_MISSING", "No transparency log entry comes with the signature, and none is looked for elsewhere.") { Expected = "a log entry", Actual = "none" };
        }

        return [.. material.LogEntries.Select(entry => LogEntryVerifier.Verify(entry, content, signer, root.Logs))];
    }

    private List<VerifiedTime> VerifyTimes(BundleMaterial material, SignedContent content, List<VerifiedLogEntry> entries)
    {
        var times = new List<VerifiedTime>();
        for (int i = 0; i < material.Timestamps.Count; i++)
        {
            var (time, authority) = TimestampVerifier.Verify(material.Timestamps[i], content.Stamped, root.TimestampAuthorities);
            times.Add(new VerifiedTime(time, authority.Name));
        }

        times.AddRange(entries.Where(static entry => entry.IntegratedTime is not null)
            .Select(static entry => new VerifiedTime(entry.IntegratedTime!.Value, entry.Log.BaseUrl.Host)));
        foreach (var entry in entries.Where(static entry => entry.IntegratedTime is null))
        {
            RequireTrusted(entry.Log, times);
        }

        return times;
    }

    // A log that vouches for no time itself must have been trusted whenever others saw the signature. Where nobody did, whoever got hold of
    // a key that is no longer trusted could have made the entry yesterday.
    private static void RequireTrusted(TrustedLog log, List<VerifiedTime> times)
    {
        if (times.Find(time => !log.ValidFor.Contains(time.Time)) is { } outside)
        {
            throw new EvidenceException("TLOG_UNTRUSTED", $"The key of the log {log.BaseUrl.Host} was not trusted when the signature was made.")
            {
                Expected = log.ValidFor.ToString(),
                Actual = ValidityWindow.Text(outside.Time),
            };
        }

        if (times.Count is 0 && log.ValidFor.End is not null)
        {
            throw new EvidenceException("TIME_MISSING", $"Nobody who is trusted saw the signature, so that it is not known whether the key of the log {log.BaseUrl.Host} was trusted then.")
            {
                Expected = $"a timestamp or an inclusion promise, at a time from {log.ValidFor}",
                Actual = "neither",
            };
        }
    }
}
