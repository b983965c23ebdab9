using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Lookups;

/// <summary>
/// Whose signatures the look-ups take for proof: the installation's own keys, and the identity in its certificates. Asks no service.
/// Several threads may use it at once.
/// </summary>
public sealed class TrustedSigners
{
    private readonly Lock turn = new();
    private readonly SignatureVerifier? certificates;
    private readonly string certificatesMark;
    private VerificationKey[] keys;
    private CertificateIdentity? identity;

    /// <param name="keys">The keys that sign, now or before.</param>
    /// <param name="certificates">Tells which certificates hold; null where none does.</param>
    /// <param name="certificatesMark">Changes when <paramref name="certificates"/> trusts somebody else, or demands something else.</param>
    public TrustedSigners(IEnumerable<VerificationKey> keys, SignatureVerifier? certificates = null, string certificatesMark = "")
    {
        this.keys = [.. keys];
        this.certificates = certificates;
        this.certificatesMark = certificatesMark;
    }

    /// <summary>Whom our own certificates name; null while that is not known. A certificate that holds and names another is no proof.</summary>
    public CertificateIdentity? Identity
    {
        get => Volatile.Read(ref identity);
        set => Volatile.Write(ref identity, value);
    }

    /// <summary>A number for the keys, whatever their order, and for who certifies, that a database can carry: 31 bits of a hash.</summary>
    internal long Mark
    {
        get
        {
            var lines = Volatile.Read(ref keys).Select(static key => key.Fingerprint).Distinct().Order(StringComparer.Ordinal).Append(certificatesMark);
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
        if (certificates is null || bundle.Certificate is null)
        {
            return null;
        }

        try
        {
            return certificates.VerifyCertificate(bundle.Material, new EnvelopeContent(bundle.Envelope)).Identity;
        }
        catch (EvidenceException)
        {
            return null;
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
