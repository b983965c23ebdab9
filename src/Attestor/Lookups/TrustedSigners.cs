using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Lookups;

/// <summary>
/// Whose signatures the look-ups take for proof: the installation's own keys, and the identity in its certificates. Asks no service.
/// Several threads may use it at once.
/// </summary>
public sealed class TrustedSigners
{
    private readonly Lock turn = new();
    private TrustedCertificates? certificates;
    private VerificationKey[] keys;
    private CertificateIdentity? identity;

    /// <param name="keys">The keys that sign, now or before.</param>
    /// <param name="certificates">Which certificates hold; null where none does.</param>
    public TrustedSigners(IEnumerable<VerificationKey> keys, TrustedCertificates? certificates = null)
    {
        this.keys = [.. keys];
        this.certificates = certificates;
    }

    /// <summary>Says which certificates hold now, where that may change; asked before each look-up. Null where it never does.</summary>
    public Func<TrustedCertificates>? Renewal { get; set; }

    /// <summary>Whom our own certificates name; null while that is not known. A certificate that holds and names another is no proof.</summary>
    public CertificateIdentity? Identity
    {
        get => Volatile.Read(ref identity);
        set => Volatile.Write(ref identity, value);
    }

    /// <summary>Which certificates hold, as far as that has been taken up.</summary>
    internal TrustedCertificates? Certificates => Volatile.Read(ref certificates);

    /// <summary>A number for the keys, whatever their order, and for who certifies, that a database can carry: 31 bits of a hash.</summary>
    internal long Mark
    {
        get
        {
            var lines = Volatile.Read(ref keys).Select(static key => key.Fingerprint).Distinct().Order(StringComparer.Ordinal).Append(Certificates?.Mark ?? "");
            return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines)))) & int.MaxValue;
        }
    }

    /// <summary>Gives a signer that is the same, and of which every key is trusted from the moment on when it is taken up.</summary>
    public ISigner Follow(ISigner signer) => new FollowedSigner(signer, this);

    /// <summary>The fingerprint of the trusted key that made the signature; null where none did.</summary>
    internal string? FindKey(Envelope envelope)
    {
        byte[] signed = envelope.ToSignedBytes();
        return Array.Find(Volatile.Read(ref keys), key => key.Verify(signed, envelope.Signatures[0].Value.Span))?.Fingerprint;
    }

    /// <summary>Whom the certificate names, ours or a stranger's, where it and the signature hold; null where they do not.</summary>
    internal CertificateIdentity? FindIdentity(Bundle bundle)
    {
        if (Certificates is not { Verifier: var verifier } || bundle.Certificate is null)
        {
            return null;
        }

        try
        {
            return verifier.VerifyCertificate(bundle.Material, new EnvelopeContent(bundle.Envelope)).Identity;
        }
        catch (EvidenceException)
        {
            return null;
        }
    }

    /// <summary>Takes up which certificates hold now.</summary>
    /// <returns>Whether others hold than before, so that what was found before may no longer be so.</returns>
    internal bool Renew()
    {
        if (Renewal?.Invoke() is not { } newest)
        {
            return false;
        }

        lock (turn)
        {
            bool isAnother = newest.Mark != certificates?.Mark;
            Volatile.Write(ref certificates, newest);
            return isAnother;
        }
    }

    internal void Trust(VerificationKey key)
    {
        lock (turn)
        {
            if (!Array.Exists(keys, known => known.Fingerprint == key.Fingerprint))
            {
                Volatile.Write(ref keys, [.. keys, key]);
            }
        }
    }
}
