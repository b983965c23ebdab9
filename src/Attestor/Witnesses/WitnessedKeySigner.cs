using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Transparency;

namespace Provenance.Attestor.Witnesses;

/// <summary>
/// Signs with a key, and has the signatures witnessed by the logs and time stamping authorities of a Sigstore instance. A bundle is handed
/// out only after it was verified as a stranger would verify it.
/// </summary>
public sealed class WitnessedKeySigner : IBundleSigner
{
    // Entries and timestamps do not run out; this only bounds how long an unfinished signature takes up room.
    private static readonly TimeSpan Unfinished = TimeSpan.FromHours(1);

    private readonly ISigner signer;
    private readonly SigstoreInstance instance;
    private readonly WitnessServices witnesses;

    /// <param name="signer">The key; the caller disposes of it.</param>
    /// <param name="instance">The Sigstore instance. Its certificate authority is not used.</param>
    /// <exception cref="SigningConfigException">What the config selects would not make bundles that verify.</exception>
    public WitnessedKeySigner(ISigner signer, SigstoreInstance instance)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(instance);
        this.signer = signer;
        this.instance = instance;
        witnesses = new WitnessServices(instance, needsTime: false);
    }

    /// <inheritdoc/>
    public string Name => $"key sha256:{signer.PublicKey.Fingerprint}";

    /// <inheritdoc/>
    public IReadOnlyList<string> Services => [.. signer.Services.Concat(witnesses.Hosts).Distinct(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> statement, CancellationToken cancellationToken)
    {
        byte[] encoding = PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, statement.Span);
        var signature = await witnesses.WitnessAsync(
            Convert.ToHexStringLower(SHA256.HashData(encoding)),
            cancellation => SignAsync(statement, encoding, cancellation),
            cancellationToken).ConfigureAwait(false);
        byte[] bundle = FinishedBundle.Write(signature);
        try
        {
            var (material, content) = FinishedBundle.Read(bundle, default);
            signature.Instance.Verifier.VerifyKey(material, content, SignatureKey.FromSubjectPublicKeyInfo(signature.Signer.Encoded));
            return bundle;
        }
        catch (EvidenceException e)
        {
            throw FinishedBundle.Refuse(e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> HasMadeAsync(Bundle bundle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        if (bundle.Certificate is not null)
        {
            return false;
        }

        var newest = await signer.FindNewestAsync(cancellationToken).ConfigureAwait(false);

        // A key that was replaced must not make every run be attested once more.
        return HasMade(bundle, newest.PublicKey)
            || (await signer.FindEarlierKeysAsync(cancellationToken).ConfigureAwait(false)).Any(key => HasMade(bundle, key));
    }

    private bool HasMade(Bundle bundle, VerificationKey key)
    {
        try
        {
            instance.Current.Verifier.VerifyKey(bundle.Material, new EnvelopeContent(bundle.Envelope), SignatureKey.FromSubjectPublicKeyInfo(key.SubjectPublicKeyInfo));
            return true;
        }
        catch (EvidenceException)
        {
            return false;
        }
    }

    private async ValueTask<UnfinishedSignature> SignAsync(ReadOnlyMemory<byte> statement, byte[] encoding, CancellationToken cancellationToken)
    {
        var newest = await signer.FindNewestAsync(cancellationToken).ConfigureAwait(false);
        return new UnfinishedSignature
        {
            Instance = witnesses.Current(),
            Content = new EnvelopeContent(Envelope.OfStatement(statement, await newest.SignAsync(encoding, cancellationToken).ConfigureAwait(false))),
            Signer = new LoggedSigner(IsCertificate: false, newest.PublicKey.SubjectPublicKeyInfo),
            KeyHint = newest.PublicKey.Hint,
            UsableUntil = instance.Time.GetUtcNow() + Unfinished,
        };
    }
}
